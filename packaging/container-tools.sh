#!/usr/bin/env bash
# Prepare the proof of exported containers: podman and runc, and two base images that are made on this machine.
#
#   packaging/container-tools.sh [FOLDER]
#
# FOLDER holds the images and podman's own files, so that nothing is mixed with what the system's podman has; without it
# ~/.cache/autodidact-containers. What is there already is left alone: the second time takes no second. Ends with 3 and a
# sentence where it is impossible here; the tests that need it are then skipped.
#
# A machine may be without systemd, a registry and the right to raise limits (as many that test changes are): the settings
# written here do without.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:-${AUTODIDACT_CONTAINERS:-${XDG_CACHE_HOME:-$HOME/.cache}/autodidact-containers}}
suite=bookworm # has the Python that the exported Dockerfile names
packages=python3-minimal,libpython3-stdlib,libstdc++6,base-passwd,dash,coreutils,findutils

say() { printf 'container-tools: %s\n' "$*"; }
impossible() { printf 'container-tools: %s\n' "$*" >&2; exit 3; }

[ "$(uname -s)" = Linux ] || impossible "containers are tested on Linux alone"
[ "$(id -u)" = 0 ] || impossible "containers are tested as root alone"

install_tools() {
    local missing=() tool
    for tool in podman runc mmdebstrap; do
        command -v "$tool" >/dev/null || missing+=("$tool")
    done
    [ -f /usr/share/keyrings/debian-archive-keyring.gpg ] || missing+=(debian-archive-keyring)
    [ ${#missing[@]} = 0 ] && return
    command -v apt-get >/dev/null || impossible "${missing[*]} are missing, and there is no apt to install them with"
    say "installing ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    local install=(apt-get install --yes --quiet=2 --no-install-recommends -o Dpkg::Use-Pty=0 "${missing[@]}")
    "${install[@]}" >/dev/null 2>&1 </dev/null && return
    apt-get update --quiet=2 </dev/null >/dev/null || say "the list of packages could not be renewed"
    "${install[@]}" </dev/null >/dev/null || impossible "apt could not install ${missing[*]}"
}

write_settings() {
    cat >"$folder/containers.conf" <<CONF
[containers]
default_ulimits = ["nofile=4096:4096", "nproc=2048:2048"]
netns = "host"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
CONF
    cat >"$folder/storage.conf" <<CONF
[storage]
driver = "overlay"
graphroot = "$folder/store"
runroot = "$folder/run"
CONF
}

podman_here() {
    CONTAINERS_CONF="$folder/containers.conf" CONTAINERS_STORAGE_CONF="$folder/storage.conf" podman "$@" </dev/null
}

# A Debian of 60 MB with Python and little more: unpacked without being configured, which takes a third of the time.
make_base() {
    say "making the base image"
    local hooks=/usr/share/mmdebstrap/hooks/merged-usr
    mmdebstrap --quiet --variant=extract --include="$packages" --hook-dir="$hooks" \
        --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' \
        --customize-hook='mkdir -p "$1/tmp" && chmod 1777 "$1/tmp"' "$suite" "$folder/base.tar" \
        </dev/null >"$folder/base.log" 2>&1 || impossible "mmdebstrap failed: $(tail -n 1 "$folder/base.log")"
    podman_here import "$folder/base.tar" localhost/autodidact-base:latest >/dev/null 2>&1
    rm "$folder/base.tar"
}

# The same with pip, which is copied from the Python that runs here.
make_builder() {
    say "making the image that builds"
    local python=.venv/bin/python context
    [ -x "$python" ] || python=python3
    context=$(mktemp -d)
    cp -r "$("$python" -c 'import pip; print(pip.__path__[0])')" "$context/pip"
    printf 'FROM localhost/autodidact-base:latest\nCOPY pip /usr/lib/python3/dist-packages/pip\n' >"$context/Dockerfile"
    podman_here build --quiet --network none --tag localhost/autodidact-builder:latest "$context" >/dev/null
    rm -r "$context"
}

# What tests left behind earlier, but nothing that a run of them beside this one may be using.
tidy() {
    local left
    left=$(podman_here ps --all --external --quiet --filter until=1h)
    # shellcheck disable=SC2086
    [ -z "$left" ] || podman_here rm --force $left >/dev/null
    left=$(podman_here images --format '{{.Repository}}:{{.Tag}}' | grep -v -e '^localhost/autodidact-' -e '^<none>' || true)
    # shellcheck disable=SC2086
    [ -z "$left" ] || podman_here rmi $left >/dev/null 2>&1 || true
    podman_here image prune --force --filter until=1h >/dev/null
}

install_tools
mkdir -p "$folder"
write_settings
podman_here image exists localhost/autodidact-base:latest || make_base
podman_here image exists localhost/autodidact-builder:latest || make_builder
tidy
touch "$folder/ready"
say "ready in $folder"
