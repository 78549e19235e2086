"""Stock presenters, drawn live: key pictures of a rendered person, morphed, turned and blended for every frame."""
