#include "handle.h"

#include <string.h>

static sqlite3_vfs *parent;

static void unlock_to(Handle *handle, int level)
{
    File *file = handle->file;
    if (handle->level <= level)
        return;
    if (file->reserved == handle)
        file->reserved = NULL;
    if (file->pending == handle)
        file->pending = NULL;
    if (file->exclusive == handle)
        file->exclusive = NULL;
    if (level == SQLITE_LOCK_NONE)
        file->readers--;
    handle->level = level;
}

static int handle_close(sqlite3_file *base)
{
    Handle *handle = (Handle *)base;
    pthread_mutex_lock(&handle->disk->lock);
    handle_shm_let_go(handle);
    if (handle->generation == handle->disk->generation) {
        unlock_to(handle, SQLITE_LOCK_NONE);
        // Nobody can do anything about a file that stays.
        if (handle->deletes_on_close && handle->file->exists)
            (void)disk_delete(handle->disk, handle->file);
    }
    pthread_mutex_unlock(&handle->disk->lock);
    disk_release(handle->disk);
    return SQLITE_OK;
}

static int handle_read(sqlite3_file *base, void *buffer, int size, sqlite3_int64 offset)
{
    Handle *handle = (Handle *)base;
    if (!enter(handle))
        return SQLITE_IOERR_READ;
    const Image *image = &handle->file->current;
    int64_t rest = image->size - offset;
    int64_t count = rest < 0 ? 0 : rest < size ? rest : size;
    if (count > 0)
        memcpy(buffer, image->octets + offset, (size_t)count);
    memset((uint8_t *)buffer + count, 0, (size_t)(size - count));
    leave(handle);
    return count < size ? SQLITE_IOERR_SHORT_READ : SQLITE_OK;
}

static int handle_write(sqlite3_file *base, const void *octets, int size, sqlite3_int64 offset)
{
    Handle *handle = (Handle *)base;
    if (!enter(handle))
        return SQLITE_IOERR_WRITE;
    int code = disk_write(handle->disk, handle->file, octets, size, offset);
    leave(handle);
    return code;
}

static int handle_truncate(sqlite3_file *base, sqlite3_int64 size)
{
    Handle *handle = (Handle *)base;
    if (!enter(handle))
        return SQLITE_IOERR_TRUNCATE;
    int code = disk_truncate(handle->disk, handle->file, size);
    leave(handle);
    return code;
}

static int handle_sync(sqlite3_file *base, int flags)
{
    (void)flags;
    Handle *handle = (Handle *)base;
    if (!enter(handle))
        return SQLITE_IOERR_FSYNC;
    int code = disk_sync(handle->disk, handle->file);
    leave(handle);
    return code;
}

static int handle_size(sqlite3_file *base, sqlite3_int64 *size)
{
    Handle *handle = (Handle *)base;
    if (!enter(handle))
        return SQLITE_IOERR_FSTAT;
    *size = handle->file->current.size;
    leave(handle);
    return SQLITE_OK;
}

/// SQLite's five levels: any number of readers, of which one may be about to write.
static int lock_to(Handle *handle, int level)
{
    File *file = handle->file;
    if (handle->level >= level)
        return SQLITE_OK;
    bool others_write = (file->pending != NULL && file->pending != handle)
        || (file->exclusive != NULL && file->exclusive != handle);
    if (others_write)
        return SQLITE_BUSY;
    if (handle->level == SQLITE_LOCK_NONE) {
        file->readers++;
        handle->level = SQLITE_LOCK_SHARED;
    }
    if (level == SQLITE_LOCK_SHARED)
        return SQLITE_OK;
    if (file->reserved != NULL && file->reserved != handle)
        return SQLITE_BUSY;
    file->reserved = handle;
    handle->level = SQLITE_LOCK_RESERVED;
    if (level == SQLITE_LOCK_RESERVED)
        return SQLITE_OK;
    file->pending = handle;
    handle->level = SQLITE_LOCK_PENDING;
    if (file->readers > 1)
        return SQLITE_BUSY;
    file->exclusive = handle;
    handle->level = SQLITE_LOCK_EXCLUSIVE;
    return SQLITE_OK;
}

static int handle_lock(sqlite3_file *base, int level)
{
    Handle *handle = (Handle *)base;
    if (!enter(handle))
        return SQLITE_IOERR_LOCK;
    int code = lock_to(handle, level);
    leave(handle);
    return code;
}

static int handle_unlock(sqlite3_file *base, int level)
{
    Handle *handle = (Handle *)base;
    if (!enter(handle))
        return SQLITE_OK;
    unlock_to(handle, level);
    leave(handle);
    return SQLITE_OK;
}

static int handle_is_reserved(sqlite3_file *base, int *result)
{
    Handle *handle = (Handle *)base;
    if (!enter(handle))
        return SQLITE_IOERR_CHECKRESERVEDLOCK;
    *result = handle->file->reserved != NULL;
    leave(handle);
    return SQLITE_OK;
}

static int handle_control(sqlite3_file *base, int operation, void *argument)
{
    (void)base, (void)operation, (void)argument;
    return SQLITE_NOTFOUND;
}

static int handle_sector(sqlite3_file *base)
{
    (void)base;
    return disk_sector;
}

/// None: a write that the power fails in may leave any of its sectors, old or new.
static int handle_traits(sqlite3_file *base)
{
    (void)base;
    return 0;
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = handle_close,
    .xRead = handle_read,
    .xWrite = handle_write,
    .xTruncate = handle_truncate,
    .xSync = handle_sync,
    .xFileSize = handle_size,
    .xLock = handle_lock,
    .xUnlock = handle_unlock,
    .xCheckReservedLock = handle_is_reserved,
    .xFileControl = handle_control,
    .xSectorSize = handle_sector,
    .xDeviceCharacteristics = handle_traits,
    .xShmMap = handle_shm_map,
    .xShmLock = handle_shm_lock,
    .xShmBarrier = handle_shm_barrier,
    .xShmUnmap = handle_shm_unmap,
};

// The VFS: what lies on a simulated disk goes there, all else to the one that was the default before.

static const char *name_on(const SimulatedDisk *disk, const char *path)
{
    return path + strlen(disk->folder);
}

static int vfs_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *base, int flags, int *flags_out)
{
    (void)vfs;
    base->pMethods = NULL;
    SimulatedDisk *disk = disk_of_path(path);
    if (disk == NULL)
        return parent->xOpen(parent, path, base, flags, flags_out);
    Handle *handle = (Handle *)base;
    pthread_mutex_lock(&disk->lock);
    const char *name = name_on(disk, path);
    File *file = disk_file(disk, name);
    int code = SQLITE_OK;
    if (file == NULL) {
        code = (flags & SQLITE_OPEN_CREATE) ? disk_change(disk, 0, SQLITE_CANTOPEN) : SQLITE_CANTOPEN;
        if (code == SQLITE_OK && (file = disk_create(disk, name)) == NULL)
            code = SQLITE_NOMEM;
    }
    if (code == SQLITE_OK) {
        *handle = (Handle){
            .base.pMethods = &methods,
            .disk = disk,
            .file = file,
            .generation = disk->generation,
            .deletes_on_close = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0,
        };
        if (flags_out != NULL)
            *flags_out = flags;
    }
    pthread_mutex_unlock(&disk->lock);
    if (code != SQLITE_OK)
        disk_release(disk);
    return code;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *path, int syncs)
{
    (void)vfs;
    SimulatedDisk *disk = disk_of_path(path);
    if (disk == NULL)
        return parent->xDelete(parent, path, syncs);
    pthread_mutex_lock(&disk->lock);
    File *file = disk_file(disk, name_on(disk, path));
    int code = file == NULL ? SQLITE_IOERR_DELETE_NOENT : disk_delete(disk, file);
    pthread_mutex_unlock(&disk->lock);
    disk_release(disk);
    return code;
}

static int vfs_access(sqlite3_vfs *vfs, const char *path, int flags, int *result)
{
    (void)vfs;
    SimulatedDisk *disk = disk_of_path(path);
    if (disk == NULL)
        return parent->xAccess(parent, path, flags, result);
    pthread_mutex_lock(&disk->lock);
    const File *file = disk_file(disk, name_on(disk, path));
    // An empty file counts as none, as on the system's own disks.
    *result = file != NULL && (flags != SQLITE_ACCESS_EXISTS || file->current.size > 0);
    pthread_mutex_unlock(&disk->lock);
    disk_release(disk);
    return SQLITE_OK;
}

static int vfs_full_path(sqlite3_vfs *vfs, const char *path, int capacity, char *result)
{
    (void)vfs;
    SimulatedDisk *disk = disk_of_path(path);
    if (disk == NULL)
        return parent->xFullPathname(parent, path, capacity, result);
    disk_release(disk);
    sqlite3_snprintf(capacity, result, "%s", path);
    return SQLITE_OK;
}

static void *vfs_dl_open(sqlite3_vfs *vfs, const char *path)
{
    (void)vfs;
    return parent->xDlOpen(parent, path);
}

static void vfs_dl_error(sqlite3_vfs *vfs, int capacity, char *message)
{
    (void)vfs;
    parent->xDlError(parent, capacity, message);
}

static void (*vfs_dl_symbol(sqlite3_vfs *vfs, void *library, const char *name))(void)
{
    (void)vfs;
    return parent->xDlSym(parent, library, name);
}

static void vfs_dl_close(sqlite3_vfs *vfs, void *library)
{
    (void)vfs;
    parent->xDlClose(parent, library);
}

static int vfs_randomness(sqlite3_vfs *vfs, int count, char *octets)
{
    (void)vfs;
    return parent->xRandomness(parent, count, octets);
}

static int vfs_sleep(sqlite3_vfs *vfs, int microseconds)
{
    (void)vfs;
    return parent->xSleep(parent, microseconds);
}

static int vfs_time(sqlite3_vfs *vfs, double *julian_day)
{
    (void)vfs;
    return parent->xCurrentTime(parent, julian_day);
}

static int vfs_last_error(sqlite3_vfs *vfs, int capacity, char *message)
{
    (void)vfs;
    return parent->xGetLastError(parent, capacity, message);
}

void vfs_register(void)
{
    static sqlite3_vfs simulated;
    parent = sqlite3_vfs_find(NULL);
    int size = (int)sizeof(Handle);
    simulated = (sqlite3_vfs){
        .iVersion = 1,
        .szOsFile = parent->szOsFile > size ? parent->szOsFile : size,
        .mxPathname = parent->mxPathname,
        .zName = "simulated",
        .xOpen = vfs_open,
        .xDelete = vfs_delete,
        .xAccess = vfs_access,
        .xFullPathname = vfs_full_path,
        .xDlOpen = vfs_dl_open,
        .xDlError = vfs_dl_error,
        .xDlSym = vfs_dl_symbol,
        .xDlClose = vfs_dl_close,
        .xRandomness = vfs_randomness,
        .xSleep = vfs_sleep,
        .xCurrentTime = vfs_time,
        .xGetLastError = vfs_last_error,
    };
    sqlite3_vfs_register(&simulated, 1);
}
