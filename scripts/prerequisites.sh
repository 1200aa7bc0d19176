# Sourced by demo, test and .ci/run: installs the Debian packages that are missing, and says which.
# Usage: need_packages NAME...

need_packages() {
    local package missing=()
    for package in "$@"; do
        [ "$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null)" = "install ok installed" ] || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    local run=()
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then
            echo "Missing Debian packages: ${missing[*]}. Install them as root, or install sudo." >&2
            return 1
        fi
        run=(sudo)
    fi
    echo "Installing Debian packages: ${missing[*]}${run:+ (with sudo)}"
    "${run[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq </dev/null || return 1
    "${run[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" \
        </dev/null >/dev/null || return 1
}

# The headers of the newest C++ library that this Debian release has; the Swift toolchain links against one.
standard_library_package() {
    local package
    for package in libstdc++-14-dev libstdc++-12-dev; do
        if apt-cache show "$package" >/dev/null 2>&1 || dpkg-query -W "$package" >/dev/null 2>&1; then
            echo "$package"
            return
        fi
    done
    echo libstdc++-12-dev
}

# What building needs beside the Swift toolchain, and the libraries that the toolchain itself is linked with.
need_build_packages() {
    need_packages ca-certificates git libc6-dev binutils pkg-config libsqlite3-dev libexpat1-dev libgpiod-dev \
        libsystemd-dev libncurses-dev libcurl4-openssl-dev libxml2-dev tzdata "$(standard_library_package)" "$@"
}

need_swift() {
    if ! command -v swift >/dev/null; then
        echo "No swift on the PATH: install the Swift 6.3 toolchain from swift.org and put its usr/bin on the PATH." >&2
        return 1
    fi
}
