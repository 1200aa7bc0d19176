# Sourced by rig/run and rig/gpiod2: packages of any Debian release, fetched with package lists of their own and only
# unpacked, so that the host's release and what it has installed do not matter.
#
# Wants $build, the folder that everything is built and cached in.

# The host's release by its code name.
host_release() { (. /etc/os-release && echo "${VERSION_CODENAME:-unknown}"); }

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# Which package lists the host reads from Debian: one "SUITE URI" for each.
host_archives() {
    # shellcheck disable=SC2016 # The dollars are apt's.
    apt-get indextargets --format '$(ORIGIN)|$(COMPONENT)|$(RELEASE)|$(REPO_URI)' 'Created-By: Packages' |
        awk -F'|' '$1 == "Debian" && $2 == "main" { print $3, $4 }'
}

# The sources of RELEASE on the mirrors that the host uses for its own.
sources_of() { # RELEASE
    local keys=/usr/share/keyrings/debian-archive-keyring.gpg archives archive security options=
    archives=$(host_archives)
    if [ -z "$archives" ]; then
        # A fresh container has no lists, and without them apt does not tell whose an archive is.
        as_root apt-get update -qq </dev/null >&2
        archives=$(host_archives)
    fi
    archive=$(awk '$1 !~ /[-\/]/ { print $2; exit }' <<<"$archives")
    security=$(awk '$1 ~ /security/ { print $2; exit }' <<<"$archives")
    if [ -z "$archive" ]; then
        echo "rig: apt's sources on this host have no archive of Debian's" >&2
        return 1
    fi
    [ -f "$keys" ] && options="[signed-by=$keys] "
    echo "deb $options$archive $1 main"
    [ -z "$security" ] || echo "deb $options$security $1-security main"
}

# Runs one of apt's programs on the package lists of RELEASE.
apt_of() { # RELEASE PROGRAM ARGUMENT...
    local folder=$build/apt-$1 program=$2
    shift 2
    "$program" -q -o Dir::State="$folder/state" -o Dir::State::status="$folder/status" -o Dir::Cache="$folder/cache" \
        -o Dir::Etc::SourceList="$folder/sources.list" -o Dir::Etc::SourceParts=- -o APT::Sandbox::User=root "$@" \
        </dev/null
}

read_package_lists_of() { # RELEASE
    local folder=$build/apt-$1
    mkdir -p "$folder/state/lists/partial" "$folder/cache/archives/partial"
    sources_of "$1" >"$folder/sources.list"
    : >"$folder/status"
    # A list that cannot be read is a warning to apt, unless it is told otherwise.
    if ! apt_of "$1" apt-get -o APT::Update::Error-Mode=any update >"$folder/update.log" 2>&1; then
        cat "$folder/update.log" >&2
        return 1
    fi
    touch "$folder/read"
}

need_package_lists_of() { # RELEASE
    [ -f "$build/apt-$1/read" ] || read_package_lists_of "$1"
}

# Downloads packages of RELEASE into FOLDER. apt checks them against the signed lists.
download() { # RELEASE FOLDER PACKAGE...
    local release=$1 folder=$2
    shift 2
    need_package_lists_of "$release"
    rm -rf "$folder"
    mkdir -p "$folder"
    (cd "$folder" && apt_of "$release" apt-get download "$@" >/dev/null 2>&1) && return
    # The archive no longer has what yesterday's lists name.
    read_package_lists_of "$release"
    (cd "$folder" && apt_of "$release" apt-get download "$@" >/dev/null)
}

unpack() { # FOLDER PACKAGE-FILE...
    local folder=$1 file
    shift
    mkdir -p "$folder"
    for file in "$@"; do dpkg-deb -x "$file" "$folder"; done
}

# The folder to have in PKG_CONFIG_PATH to build against the libgpiod of RELEASE, fetched if it is not the host's own.
libgpiod_of() { # RELEASE
    local folder runtime
    if [ "$(host_release)" = "$1" ]; then
        need_packages libgpiod-dev pkg-config >&2
        pkg-config --variable=pcfiledir libgpiod
        return
    fi
    case $1 in
    bookworm) folder=$build/gpiod1 runtime=libgpiod2 ;;
    *) folder=$build/gpiod2 runtime=libgpiod3 ;;
    esac
    (
        flock 9 # rig/run and rig/gpiod2 may both be fetching.
        [ -f "$folder/pkgconfig/libgpiod.pc" ] || fetch_libgpiod "$1" "$folder" "$runtime"
    ) 9>"$folder.lock"
    echo "$folder/pkgconfig"
}

fetch_libgpiod() { # RELEASE FOLDER RUNTIME-PACKAGE
    local folder=$2
    download "$1" "$folder.debs" "$3" libgpiod-dev
    rm -rf "$folder"
    unpack "$folder" "$folder.debs"/*.deb
    rm -rf "$folder.debs"
    # The package says /usr; here that is a folder of ours.
    mkdir "$folder/pkgconfig.new"
    sed "s|^prefix=.*|prefix=$folder/usr|; s|=/usr/|=$folder/usr/|" "$folder"/usr/lib/*/pkgconfig/libgpiod.pc \
        >"$folder/pkgconfig.new/libgpiod.pc"
    mv "$folder/pkgconfig.new" "$folder/pkgconfig"
}
