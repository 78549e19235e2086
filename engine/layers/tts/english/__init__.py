"""English as a careful American speaker reads it aloud: one module per kind of thing that is written otherwise than it is said."""
