#include "handle.h"

#include <stdlib.h>

void handle_shm_let_go(Handle *handle)
{
    Shm *shm = handle->shm;
    for (int slot = 0; shm != NULL && slot < shm_slots; slot++) {
        if (shm->writer[slot] == handle)
            shm->writer[slot] = NULL;
        if (handle->shm_readers & (1u << slot))
            shm->readers[slot]--;
    }
    handle->shm_readers = 0;
    handle->shm = NULL;
    if (shm == NULL)
        return;
    // The file keeps the last reference, as long as anybody has its memory open.
    if (handle->file->shm == shm && shm->references == 2) {
        handle->file->shm = NULL;
        shm_release(shm);
    }
    shm_release(shm);
}

/// The shared memory of the handle, opened when there is none.
static Shm *shm_open_for(Handle *handle, int size)
{
    if (handle->shm != NULL)
        return handle->shm;
    if (handle->file->shm == NULL) {
        Shm *shm = calloc(1, sizeof *shm);
        if (shm == NULL)
            return NULL;
        shm->references = 1;
        shm->region_size = size;
        handle->file->shm = shm;
    }
    handle->file->shm->references++;
    handle->shm = handle->file->shm;
    return handle->shm;
}

int handle_shm_map(sqlite3_file *base, int region, int size, int extends, void volatile **result)
{
    Handle *handle = (Handle *)base;
    *result = NULL;
    if (!enter(handle))
        return SQLITE_IOERR_SHMMAP;
    int code = SQLITE_OK;
    Shm *shm = shm_open_for(handle, size);
    if (shm == NULL) {
        code = SQLITE_IOERR_NOMEM;
    } else if (size != shm->region_size || region >= shm_most_regions) {
        code = SQLITE_IOERR_SHMSIZE;
    } else {
        while (extends != 0 && code == SQLITE_OK && shm->regions <= region) {
            void *memory = calloc(1, (size_t)size);
            if (memory == NULL)
                code = SQLITE_IOERR_NOMEM;
            else
                shm->region[shm->regions++] = memory;
        }
        if (code == SQLITE_OK && region < shm->regions)
            *result = shm->region[region];
    }
    leave(handle);
    return code;
}

static int shm_take(Handle *handle, int slot, bool is_shared)
{
    Shm *shm = handle->shm;
    bool reads = (handle->shm_readers & (1u << slot)) != 0;
    if (shm->writer[slot] != NULL && shm->writer[slot] != handle)
        return SQLITE_BUSY;
    if (is_shared) {
        if (!reads)
            shm->readers[slot]++;
        handle->shm_readers |= (uint16_t)(1u << slot);
        return SQLITE_OK;
    }
    if (shm->readers[slot] > (reads ? 1 : 0))
        return SQLITE_BUSY;
    shm->writer[slot] = handle;
    return SQLITE_OK;
}

static void shm_give(Handle *handle, int slot, bool is_shared)
{
    Shm *shm = handle->shm;
    if (!is_shared) {
        if (shm->writer[slot] == handle)
            shm->writer[slot] = NULL;
    } else if (handle->shm_readers & (1u << slot)) {
        shm->readers[slot]--;
        handle->shm_readers &= (uint16_t)~(1u << slot);
    }
}

int handle_shm_lock(sqlite3_file *base, int first, int count, int flags)
{
    Handle *handle = (Handle *)base;
    if (!enter(handle))
        return SQLITE_IOERR_SHMLOCK;
    bool is_shared = (flags & SQLITE_SHM_SHARED) != 0;
    int code = handle->shm == NULL ? SQLITE_IOERR_SHMLOCK : SQLITE_OK;
    for (int slot = first; code == SQLITE_OK && slot < first + count; slot++) {
        if (flags & SQLITE_SHM_UNLOCK) {
            shm_give(handle, slot, is_shared);
            continue;
        }
        code = shm_take(handle, slot, is_shared);
        // All or none.
        for (int taken = first; code != SQLITE_OK && taken < slot; taken++)
            shm_give(handle, taken, is_shared);
    }
    leave(handle);
    return code;
}

void handle_shm_barrier(sqlite3_file *base)
{
    (void)base;
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

int handle_shm_unmap(sqlite3_file *base, int deletes)
{
    (void)deletes;
    Handle *handle = (Handle *)base;
    pthread_mutex_lock(&handle->disk->lock);
    handle_shm_let_go(handle);
    pthread_mutex_unlock(&handle->disk->lock);
    return SQLITE_OK;
}
