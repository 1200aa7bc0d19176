# Sourced by rig/run: everything the guest is made of, kept in $build.
#
#   kernel/vmlinux         Debian 12's stock kernel, unpacked
#   kernel/gpio-sim.ko     the simulated GPIO chip, which Debian does not build, from the same version's source
#   kernel/initramfs.gz    modules, and the guest's first program (init)
#   root-RELEASE           a minimal root, if the host is of another release
#   edgelat-RELEASE        the latency meter, against the release's libgpiod
#   puller                 what presses, bounces and floods a simulated line
#
# All of it stays as it was first fetched: remove .build-rig to get newer packages.
#
# Wants $here (this folder), $build and $release.

# The guest always runs this release's kernel: one kernel, two user lands.
kernel_release=bookworm

# What rig/run itself calls. libelf is for the kernel's objtool.
host_packages() {
    echo qemu-system-x86 gcc-12 libc6-dev make cpio xz-utils kmod pkg-config
    case $(host_release) in
    bookworm) echo libelf1 ;;
    *) echo libelf1t64 ;;
    esac
    [ "$(host_release)" = "$release" ] || echo mmdebstrap
}

# What the guest's root has to have: systemd, the gpiod tools, and what the product is linked with.
guest_packages() {
    echo systemd systemd-sysv dbus gpiod libsqlite3-0 libexpat1 libstdc++6 libgcc-s1 passwd procps iproute2
    case $release in
    bookworm) echo libgpiod2 ;;
    *) echo libgpiod3 ;;
    esac
}

milliseconds() { echo $((${EPOCHREALTIME//[!0-9]/} / 1000)); }

say_step() { # WHAT BEGUN
    printf -- '-- %-44s %6d ms\n' "$1" $(($(milliseconds) - $2))
}

# Runs COMMAND and says how long it took.
step() { # WHAT COMMAND...
    local what=$1 begun
    shift
    begun=$(milliseconds)
    "$@"
    say_step "$what" "$begun"
}

prepare() {
    local packages
    if [ "$(uname -m)" != x86_64 ]; then
        echo "rig/run: found a host of $(uname -m), expected x86_64, whose kernel the guest runs" >&2
        return 1
    fi
    mapfile -t packages < <(
        host_packages | tr ' ' '\n'
        [ "$(host_release)" != "$release" ] || guest_packages | tr ' ' '\n'
    )
    step "packages of the host" need_packages "${packages[@]}"

    # Two runs may share the folder; the second waits here and finds everything.
    mkdir -p "$build/kernel"
    exec 9>"$build/prepare.lock"
    flock 9
    step "kernel" fetch_kernel
    step "kernel without its wrapping" unwrap_kernel
    step "gpio-sim module" build_gpio_sim
    step "initramfs" pack_initramfs
    step "root of $release" make_root
    step "edgelat against its libgpiod, puller" build_tools
    flock -u 9
    exec 9>&-
}

fetch_kernel() {
    local kernel=$build/kernel version kbuild
    [ ! -f "$kernel/version" ] || return 0
    need_package_lists_of "$kernel_release"
    version=$(apt_of "$kernel_release" apt-cache depends linux-image-amd64 |
        sed -n 's/^ *Depends: linux-image-\([0-9][^ ]*\)-amd64$/\1/p' | head -n 1)
    [ -n "$version" ] || { echo "rig: linux-image-amd64 names no kernel" >&2; return 1; }
    mapfile -t kbuild < <(apt_of "$kernel_release" apt-cache depends "linux-headers-$version-amd64" |
        sed -n 's/^ *Depends: \(linux-\(kbuild\|compiler\)-[^ ]*\)$/\1/p')
    download "$kernel_release" "$kernel/debs" "linux-image-$version-amd64" "linux-headers-$version-amd64" \
        "linux-headers-$version-common" "${kbuild[@]}" linux-source-6.1 busybox-static
    rm -rf "$kernel"/{image,headers,busybox}
    unpack "$kernel/image" "$kernel"/debs/linux-image-*.deb
    unpack "$kernel/headers" "$kernel"/debs/linux-{headers,kbuild,compiler}-*.deb
    unpack "$kernel/busybox" "$kernel"/debs/busybox-static*.deb
    depmod -b "$kernel/image" "$version-amd64"
    # The headers' makefile includes the common one by its absolute path.
    sed -i "s|^include /usr/src/|include $kernel/headers/usr/src/|" \
        "$kernel/headers/usr/src/linux-headers-$version-amd64/Makefile"
    rm -f "$kernel"/{vmlinux,gpio-sim.ko,initramfs.gz}
    echo "$version-amd64" >"$kernel/version"
}

# An uncompressed kernel boots through PVH and saves the guest four seconds of decompressing under emulation.
unwrap_kernel() {
    local kernel=$build/kernel image offset
    [ ! -f "$kernel/vmlinux" ] || return 0
    image=$kernel/image/boot/vmlinuz-$(<"$kernel/version")
    while read -r offset; do
        # What follows the kernel in the image is an error to xz, and it may be no kernel at all: the mark decides.
        tail -c "+$((offset + 1))" "$image" | xz -dc >"$kernel/vmlinux.new" 2>/dev/null || true
        if [ "$(head -c 4 "$kernel/vmlinux.new" | tail -c 3)" = ELF ]; then
            mv "$kernel/vmlinux.new" "$kernel/vmlinux"
            return
        fi
    done < <(LC_ALL=C grep -aboP '\xfd7zXZ\x00' "$image" | cut -d: -f1)
    echo "rig: found no xz-compressed kernel in $image" >&2
    return 1
}

build_gpio_sim() {
    local kernel=$build/kernel source=$build/kernel/module version
    [ ! -f "$kernel/gpio-sim.ko" ] || return 0
    version=$(<"$kernel/version")
    rm -rf "$source"
    mkdir -p "$source"
    dpkg-deb --fsys-tarfile "$kernel"/debs/linux-source-6.1_*.deb |
        tar -xO ./usr/src/linux-source-6.1.tar.xz |
        tar -xJ -C "$source" --strip-components=1 linux-source-6.1/drivers/gpio/gpio-sim.c \
            linux-source-6.1/drivers/gpio/gpiolib.h linux-source-6.1/kernel/irq/irq_sim.c
    mv "$source/drivers/gpio/gpio-sim.c" "$source/gpio-sim-core.c"
    mv "$source/drivers/gpio/gpiolib.h" "$source/kernel/irq/irq_sim.c" "$source/"
    # Debian's kernel has no interrupt simulator, so it goes into the module. A module may not call irq_to_desc(); what
    # it may call, generic_handle_irq(), leads to the same handler.
    sed -i -e '/^EXPORT_SYMBOL_GPL/d' -e 's/handle_simple_irq(irq_to_desc(irqnum));/generic_handle_irq(irqnum);/' \
        "$source/irq_sim.c"
    printf 'obj-m := gpio-sim.o\ngpio-sim-y := gpio-sim-core.o irq_sim.o\n' >"$source/Kbuild"
    if ! make -s -C "$kernel/headers/usr/src/linux-headers-$version" M="$source" CC=gcc-12 modules \
        >"$kernel/module.log" 2>&1; then
        cat "$kernel/module.log" >&2
        return 1
    fi
    mv "$source/gpio-sim.ko" "$kernel/gpio-sim.ko"
    rm -f "$kernel"/debs/linux-source-*.deb
}

# Modules in the order in which they have to be loaded, and the guest's files from this folder.
pack_initramfs() {
    local kernel=$build/kernel folder version module file
    local guest_files=(init agent.sh sim.sh tools.sh product.sh rig.target rig-agent.service)
    if up_to_date "$kernel/initramfs.gz" "$kernel/gpio-sim.ko" "$here/prepare.sh" "${guest_files[@]/#/$here/}"; then
        return
    fi
    version=$(<"$kernel/version")
    folder=$kernel/initramfs
    rm -rf "$folder"
    mkdir -p "$folder"/{bin,modules,proc,sys,dev,lower,rw,root,stage}
    cp "$kernel/busybox/bin/busybox" "$folder/bin/"
    ln -s busybox "$folder/bin/sh"
    for module in virtio_pci virtio_console 9pnet_virtio 9p overlay autofs4 configfs; do
        modprobe -d "$kernel/image" -S "$version" --show-depends "$module" | awk '$1 == "insmod" { print $2 }'
    done | awk '!seen[$0]++' >"$kernel/modules.list"
    while read -r file; do
        cp "$file" "$folder/modules/"
        echo "${file##*/}" >>"$folder/modules/order"
    done <"$kernel/modules.list"
    cp "$kernel/gpio-sim.ko" "$folder/modules/"
    echo gpio-sim.ko >>"$folder/modules/order"
    for file in "${guest_files[@]}"; do cp "$here/$file" "$folder/"; done
    chmod +x "$folder/init"
    (cd "$folder" && find . | cpio -o -H newc --quiet | gzip -1) >"$kernel/initramfs.new"
    mv "$kernel/initramfs.new" "$kernel/initramfs.gz"
}

up_to_date() { # MADE FROM...
    local made=$1 from
    shift
    [ -f "$made" ] || return 1
    for from in "$@"; do
        [ "$made" -nt "$from" ] || return 1
    done
}

# Sets $root, the folder that is the guest's root below its overlay. A host of the release lends its own, which costs
# nothing; another one gets a root of the release, as small as the tests allow.
make_root() {
    local packages folder=$build/root-$release
    if [ "$(host_release)" = "$release" ]; then
        root=/
        return
    fi
    root=$folder
    packages=$(guest_packages | tr ' \n' ',,')
    [ "$(cat "$folder.packages" 2>/dev/null)" != "$packages" ] || return 0
    rm -f "$folder.packages"
    sources_of "$release" >"$folder.list"
    if ! unpack_root && ! unpack_root; then
        cat "$folder.log" >&2
        return 1
    fi
    # Last, so that a root that was interrupted is made again.
    echo "$packages" >"$folder.packages"
}

# A mirror that stalls for a moment is asked again.
unpack_root() {
    as_root rm -rf "$folder"
    as_root mmdebstrap --quiet --mode=root --variant=essential --include="${packages%,}" \
        --aptopt='Acquire::Retries "5"' --aptopt='Acquire::http::Timeout "30"' \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/lib/udev/hwdb.d/*' \
        "$release" "$folder" "$folder.list" </dev/null >"$folder.log" 2>&1
}

build_tools() {
    local pkgconfig flags edgelat=$build/edgelat-$release puller=$build/puller
    if ! up_to_date "$puller" "$here/puller.c"; then
        # Without a library of its own release, so that one serves both.
        gcc-12 -std=c11 -O2 -Wall -Wextra -Werror -static -o "$puller" "$here/puller.c"
    fi
    pkgconfig=$(libgpiod_of "$release")
    if up_to_date "$edgelat" "$here/edgelat.c" "$pkgconfig/libgpiod.pc"; then return; fi
    read -ra flags < <(PKG_CONFIG_PATH=$pkgconfig pkg-config --cflags --libs libgpiod)
    gcc-12 -std=c11 -O2 -Wall -Wextra -Werror -o "$edgelat" "$here/edgelat.c" "${flags[@]}"
}
