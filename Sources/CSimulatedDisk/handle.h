#ifndef HANDLE_H
#define HANDLE_H

#include "disk.h"

#include <sqlite3.h>

/// An open file of a simulated disk.
typedef struct {
    sqlite3_file base;
    SimulatedDisk *disk;
    File *file;
    uint32_t generation;
    int level;
    Shm *shm;
    uint16_t shm_readers;
    bool deletes_on_close;
} Handle;

/// Locks the disk; false, and nothing is locked, when the handle's process is dead.
static inline bool enter(Handle *handle)
{
    pthread_mutex_lock(&handle->disk->lock);
    if (handle->generation == handle->disk->generation)
        return true;
    pthread_mutex_unlock(&handle->disk->lock);
    return false;
}

static inline void leave(Handle *handle)
{
    pthread_mutex_unlock(&handle->disk->lock);
}

// The shared memory of a database in WAL mode.
int handle_shm_map(sqlite3_file *base, int region, int size, int extends, void volatile **result);
int handle_shm_lock(sqlite3_file *base, int first, int count, int flags);
void handle_shm_barrier(sqlite3_file *base);
int handle_shm_unmap(sqlite3_file *base, int deletes);
/// With the disk's lock held.
void handle_shm_let_go(Handle *handle);

#endif
