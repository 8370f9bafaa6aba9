"""The words of the project as frozen dataclasses; imports nothing else of ours."""
