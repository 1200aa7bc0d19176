#ifndef DISK_H
#define DISK_H

#include "include/simulated_disk.h"

#include <pthread.h>

enum { disk_sector = 512, shm_slots = 8, shm_most_regions = 256 };

/// A growing row of octets.
typedef struct {
    uint8_t *octets;
    int64_t size;
    int64_t capacity;
} Image;

/// A write that no sync has made durable; a truncation has no octets.
typedef struct Change {
    int64_t offset;
    int64_t size;
    uint8_t *octets;
    struct Change *next;
} Change;

/// The shared memory of a database; it outlives its file while a dead connection still looks at it.
typedef struct {
    int references;
    int regions;
    int region_size;
    void *region[shm_most_regions];
    int readers[shm_slots];
    const void *writer[shm_slots];
} Shm;

typedef struct File {
    char *name;
    bool exists;
    bool is_durable;
    Image current;
    Image durable;
    Change *first;
    Change *last;
    int readers;
    const void *reserved;
    const void *pending;
    const void *exclusive;
    Shm *shm;
    struct File *next;
} File;

struct SimulatedDisk {
    pthread_mutex_t lock;
    int references;
    uint32_t number;
    uint32_t generation;
    char folder[48];
    int64_t changes;
    int64_t fail_from;
    int64_t fail_count;
    int32_t fail_code;
    int64_t limit;
    int64_t freeze_at;
    bool is_frozen;
    bool has_cut_write;
    File *files;
    struct SimulatedDisk *next;
};

/// The disk of a path, with one reference more; NULL when there is none.
SimulatedDisk *disk_of_path(const char *path);
void disk_release(SimulatedDisk *disk);

// All below with the disk's lock held.
File *disk_file(SimulatedDisk *disk, const char *name);
File *disk_create(SimulatedDisk *disk, const char *name);
/// Counts a change; an SQLite error code when it must not be made.
int disk_change(SimulatedDisk *disk, int64_t growth, int error);
int disk_write(SimulatedDisk *disk, File *file, const void *octets, int64_t size, int64_t offset);
int disk_truncate(SimulatedDisk *disk, File *file, int64_t size);
int disk_sync(SimulatedDisk *disk, File *file);
int disk_delete(SimulatedDisk *disk, File *file);
void shm_release(Shm *shm);

void vfs_register(void);

#endif
