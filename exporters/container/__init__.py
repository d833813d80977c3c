"""A model in a container: the build context, and docker or podman to build and try it with."""
