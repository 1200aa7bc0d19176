#define _GNU_SOURCE
#include "disk.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t registry_lock = PTHREAD_MUTEX_INITIALIZER;
static SimulatedDisk *registry;
static uint32_t next_number = 1;

static const char folder_prefix[] = "/simulated-disk-";

// Images.

static bool image_reserve(Image *image, int64_t size)
{
    if (size <= image->capacity)
        return true;
    int64_t capacity = image->capacity > 0 ? image->capacity : 4096;
    while (capacity < size)
        capacity *= 2;
    uint8_t *octets = realloc(image->octets, (size_t)capacity);
    if (octets == NULL)
        return false;
    image->octets = octets;
    image->capacity = capacity;
    return true;
}

static bool image_resize(Image *image, int64_t size)
{
    if (!image_reserve(image, size))
        return false;
    if (size > image->size)
        memset(image->octets + image->size, 0, (size_t)(size - image->size));
    image->size = size;
    return true;
}

static bool image_write(Image *image, const uint8_t *octets, int64_t size, int64_t offset)
{
    if (offset + size > image->size && !image_resize(image, offset + size))
        return false;
    if (size > 0)
        memcpy(image->octets + offset, octets, (size_t)size);
    return true;
}

static bool image_copy(Image *to, const Image *from)
{
    if (!image_resize(to, from->size))
        return false;
    if (from->size > 0)
        memcpy(to->octets, from->octets, (size_t)from->size);
    return true;
}

static void image_clear(Image *image)
{
    free(image->octets);
    *image = (Image){0};
}

// Files.

static void file_forget_changes(File *file)
{
    while (file->first != NULL) {
        Change *change = file->first;
        file->first = change->next;
        free(change->octets);
        free(change);
    }
    file->last = NULL;
}

static bool file_remember(File *file, const uint8_t *octets, int64_t size, int64_t offset)
{
    Change *change = calloc(1, sizeof *change);
    if (change == NULL)
        return false;
    if (octets != NULL) {
        change->octets = malloc((size_t)(size > 0 ? size : 1));
        if (change->octets == NULL) {
            free(change);
            return false;
        }
        memcpy(change->octets, octets, (size_t)size);
    }
    change->size = size;
    change->offset = offset;
    if (file->last != NULL)
        file->last->next = change;
    else
        file->first = change;
    file->last = change;
    return true;
}

File *disk_file(SimulatedDisk *disk, const char *name)
{
    for (File *file = disk->files; file != NULL; file = file->next) {
        if (file->exists && strcmp(file->name, name) == 0)
            return file;
    }
    return NULL;
}

File *disk_create(SimulatedDisk *disk, const char *name)
{
    File *file = NULL;
    for (file = disk->files; file != NULL; file = file->next) {
        if (strcmp(file->name, name) == 0)
            break;
    }
    if (file == NULL) {
        file = calloc(1, sizeof *file);
        if (file == NULL)
            return NULL;
        file->name = strdup(name);
        if (file->name == NULL) {
            free(file);
            return NULL;
        }
        file->next = disk->files;
        disk->files = file;
    }
    file->exists = true;
    return file;
}

void shm_release(Shm *shm)
{
    if (shm == NULL || --shm->references > 0)
        return;
    for (int index = 0; index < shm->regions; index++)
        free(shm->region[index]);
    free(shm);
}

static bool apply_whole(Image *image, const Change *change)
{
    if (change->octets == NULL)
        return image_resize(image, change->size);
    return image_write(image, change->octets, change->size, change->offset);
}

// What changes a disk.

static int64_t disk_size(const SimulatedDisk *disk)
{
    int64_t size = 0;
    for (const File *file = disk->files; file != NULL; file = file->next)
        size += file->current.size;
    return size;
}

int disk_change(SimulatedDisk *disk, int64_t growth, int error)
{
    int64_t number = disk->changes++;
    if (disk->freeze_at >= 0 && number >= disk->freeze_at) {
        disk->is_frozen = true;
        return error;
    }
    if (number >= disk->fail_from && number - disk->fail_from < disk->fail_count)
        return disk->fail_code;
    if (growth > 0 && disk->limit > 0 && disk_size(disk) + growth > disk->limit)
        return SQLITE_FULL;
    return SQLITE_OK;
}

int disk_write(SimulatedDisk *disk, File *file, const void *octets, int64_t size, int64_t offset)
{
    int64_t growth = offset + size - file->current.size;
    int code = disk_change(disk, growth, SQLITE_IOERR_WRITE);
    if (code != SQLITE_OK) {
        // The write at which the plug is pulled was on its way: the cut decides what of it is there.
        if (disk->is_frozen && !disk->has_cut_write)
            disk->has_cut_write = file_remember(file, octets, size, offset);
        return code;
    }
    if (!image_write(&file->current, octets, size, offset) || !file_remember(file, octets, size, offset))
        return SQLITE_IOERR_NOMEM;
    return SQLITE_OK;
}

int disk_truncate(SimulatedDisk *disk, File *file, int64_t size)
{
    int code = disk_change(disk, size - file->current.size, SQLITE_IOERR_TRUNCATE);
    if (code != SQLITE_OK)
        return code;
    if (!image_resize(&file->current, size) || !file_remember(file, NULL, size, 0))
        return SQLITE_IOERR_NOMEM;
    return SQLITE_OK;
}

int disk_sync(SimulatedDisk *disk, File *file)
{
    int code = disk_change(disk, 0, SQLITE_IOERR_FSYNC);
    if (code != SQLITE_OK)
        return code == disk->fail_code ? SQLITE_IOERR_FSYNC : code;
    for (const Change *change = file->first; change != NULL; change = change->next) {
        if (!apply_whole(&file->durable, change))
            return SQLITE_IOERR_NOMEM;
    }
    file->is_durable = true;
    file_forget_changes(file);
    return SQLITE_OK;
}

/// Durable at once: SQLite deletes what it needs no longer, and asks for the folder to be synced where it matters.
int disk_delete(SimulatedDisk *disk, File *file)
{
    int code = disk_change(disk, 0, SQLITE_IOERR_DELETE);
    if (code != SQLITE_OK)
        return code;
    file->exists = false;
    file->is_durable = false;
    image_clear(&file->current);
    image_clear(&file->durable);
    file_forget_changes(file);
    return SQLITE_OK;
}

// The end of a process, and of the power.

static void disk_let_go(SimulatedDisk *disk)
{
    disk->generation++;
    for (File *file = disk->files; file != NULL; file = file->next) {
        file->readers = 0;
        file->reserved = file->pending = file->exclusive = NULL;
        shm_release(file->shm);
        file->shm = NULL;
    }
}

static uint64_t next_random(uint64_t *state)
{
    *state += 0x9E3779B97F4A7C15u;
    uint64_t value = *state;
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9u;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBu;
    return value ^ (value >> 31);
}

static void apply_torn(Image *image, const Change *change, uint64_t *random)
{
    int64_t at = 0;
    while (at < change->size) {
        int64_t rest = disk_sector - (change->offset + at) % disk_sector;
        int64_t size = rest < change->size - at ? rest : change->size - at;
        // Without memory the sector is lost, which it may be.
        if (next_random(random) % 2 == 0)
            image_write(image, change->octets + at, size, change->offset + at);
        at += size;
    }
}

static void file_cut(File *file, uint64_t *random)
{
    if (!file->exists)
        return;
    if (!file->is_durable && next_random(random) % 2 == 0) {
        file->exists = false;
        image_clear(&file->current);
        image_clear(&file->durable);
        return file_forget_changes(file);
    }
    for (const Change *change = file->first; change != NULL; change = change->next) {
        uint64_t fate = next_random(random) % 4;
        if (fate == 0)
            continue;
        if (fate == 1 && change->octets != NULL)
            apply_torn(&file->durable, change, random);
        else
            apply_whole(&file->durable, change);
    }
    file_forget_changes(file);
    file->is_durable = true;
    image_copy(&file->current, &file->durable);
}

// The disk as its owner sees it.

SimulatedDisk *simulated_disk_make(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, vfs_register);
    SimulatedDisk *disk = calloc(1, sizeof *disk);
    if (disk == NULL)
        return NULL;
    pthread_mutex_init(&disk->lock, NULL);
    disk->references = 1;
    disk->freeze_at = -1;
    pthread_mutex_lock(&registry_lock);
    disk->number = next_number++;
    snprintf(disk->folder, sizeof disk->folder, "%s%u/", folder_prefix, disk->number);
    disk->next = registry;
    registry = disk;
    pthread_mutex_unlock(&registry_lock);
    return disk;
}

SimulatedDisk *simulated_disk_copy(SimulatedDisk *disk)
{
    SimulatedDisk *copy = simulated_disk_make();
    if (copy == NULL)
        return NULL;
    bool is_good = true;
    pthread_mutex_lock(&disk->lock);
    for (const File *file = disk->files; file != NULL && is_good; file = file->next) {
        if (!file->exists)
            continue;
        File *other = disk_create(copy, file->name);
        is_good = other != NULL && image_copy(&other->current, &file->current)
            && image_copy(&other->durable, &file->current);
        if (is_good)
            other->is_durable = true;
    }
    pthread_mutex_unlock(&disk->lock);
    if (is_good)
        return copy;
    simulated_disk_free(copy);
    return NULL;
}

SimulatedDisk *disk_of_path(const char *path)
{
    if (path == NULL || strncmp(path, folder_prefix, sizeof folder_prefix - 1) != 0)
        return NULL;
    pthread_mutex_lock(&registry_lock);
    SimulatedDisk *disk = registry;
    while (disk != NULL && strncmp(path, disk->folder, strlen(disk->folder)) != 0)
        disk = disk->next;
    if (disk != NULL)
        disk->references++;
    pthread_mutex_unlock(&registry_lock);
    return disk;
}

void disk_release(SimulatedDisk *disk)
{
    pthread_mutex_lock(&registry_lock);
    bool is_last = --disk->references == 0;
    pthread_mutex_unlock(&registry_lock);
    if (!is_last)
        return;
    while (disk->files != NULL) {
        File *file = disk->files;
        disk->files = file->next;
        image_clear(&file->current);
        image_clear(&file->durable);
        file_forget_changes(file);
        shm_release(file->shm);
        free(file->name);
        free(file);
    }
    pthread_mutex_destroy(&disk->lock);
    free(disk);
}

void simulated_disk_free(SimulatedDisk *disk)
{
    simulated_disk_abandon(disk);
    pthread_mutex_lock(&registry_lock);
    SimulatedDisk **link = &registry;
    while (*link != NULL && *link != disk)
        link = &(*link)->next;
    if (*link != NULL)
        *link = disk->next;
    pthread_mutex_unlock(&registry_lock);
    disk_release(disk);
}

const char *simulated_disk_folder(const SimulatedDisk *disk)
{
    return disk->folder;
}

int64_t simulated_disk_changes(SimulatedDisk *disk)
{
    pthread_mutex_lock(&disk->lock);
    int64_t changes = disk->changes;
    pthread_mutex_unlock(&disk->lock);
    return changes;
}

void simulated_disk_fail(SimulatedDisk *disk, int64_t from, int64_t count, int32_t code)
{
    pthread_mutex_lock(&disk->lock);
    disk->fail_from = from;
    disk->fail_count = count;
    disk->fail_code = code;
    pthread_mutex_unlock(&disk->lock);
}

void simulated_disk_limit(SimulatedDisk *disk, int64_t octets)
{
    pthread_mutex_lock(&disk->lock);
    disk->limit = octets;
    pthread_mutex_unlock(&disk->lock);
}

void simulated_disk_freeze(SimulatedDisk *disk, int64_t at)
{
    pthread_mutex_lock(&disk->lock);
    disk->freeze_at = at;
    disk->is_frozen = false;
    pthread_mutex_unlock(&disk->lock);
}

bool simulated_disk_is_frozen(SimulatedDisk *disk)
{
    pthread_mutex_lock(&disk->lock);
    bool is_frozen = disk->is_frozen;
    pthread_mutex_unlock(&disk->lock);
    return is_frozen;
}

void simulated_disk_abandon(SimulatedDisk *disk)
{
    pthread_mutex_lock(&disk->lock);
    disk_let_go(disk);
    pthread_mutex_unlock(&disk->lock);
}

void simulated_disk_cut(SimulatedDisk *disk, uint64_t seed)
{
    pthread_mutex_lock(&disk->lock);
    disk_let_go(disk);
    for (File *file = disk->files; file != NULL; file = file->next)
        file_cut(file, &seed);
    disk->fail_count = 0;
    disk->freeze_at = -1;
    disk->is_frozen = disk->has_cut_write = false;
    pthread_mutex_unlock(&disk->lock);
}

int64_t simulated_disk_read(SimulatedDisk *disk, const char *name, uint8_t *buffer, int64_t capacity)
{
    pthread_mutex_lock(&disk->lock);
    const File *file = disk_file(disk, name);
    int64_t size = file != NULL ? file->current.size : -1;
    if (size > 0 && buffer != NULL)
        memcpy(buffer, file->current.octets, (size_t)(size < capacity ? size : capacity));
    pthread_mutex_unlock(&disk->lock);
    return size;
}
