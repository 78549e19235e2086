"""The room page: plain HTML, CSS and ES modules, no build step and nothing from outside."""
