#ifndef SIMULATED_DISK_H
#define SIMULATED_DISK_H

#include <stdbool.h>
#include <stdint.h>

/// A disk in memory that SQLite writes to, which fails, fills up and loses its power when it is told to.
///
/// It is SQLite's default VFS from the first disk on; every path outside of a disk's folder goes to the system as before.
/// A write is durable once its file is synced. All functions may be called from any thread.
typedef struct SimulatedDisk SimulatedDisk;

/// An empty disk; NULL without memory.
SimulatedDisk *_Nullable simulated_disk_make(void);

/// A disk with the same files, all of it synced; NULL without memory.
SimulatedDisk *_Nullable simulated_disk_copy(SimulatedDisk *_Nonnull disk);

/// Gives the disk back; connections that are still open then find it broken.
void simulated_disk_free(SimulatedDisk *_Nonnull disk);

/// The folder of the disk's files, with a slash at its end; as long as the disk lives.
const char *_Nonnull simulated_disk_folder(const SimulatedDisk *_Nonnull disk);

/// How many changes there were: each write, truncation, sync, deletion and creation of a file is one.
int64_t simulated_disk_changes(SimulatedDisk *_Nonnull disk);

/// Lets the changes `from` to `from + count - 1` fail with an SQLite error code; they change nothing.
void simulated_disk_fail(SimulatedDisk *_Nonnull disk, int64_t from, int64_t count, int32_t code);

/// Lets no file grow beyond so many octets over all files (SQLITE_FULL); 0 for no limit.
void simulated_disk_limit(SimulatedDisk *_Nonnull disk, int64_t octets);

/// Pulls the plug at change `at`: from there on nothing is changed, and everything fails. -1 for never.
void simulated_disk_freeze(SimulatedDisk *_Nonnull disk, int64_t at);

/// Whether a change was refused because the plug is pulled.
bool simulated_disk_is_frozen(SimulatedDisk *_Nonnull disk);

/// The process is killed: open connections are dead, what was written stays.
void simulated_disk_abandon(SimulatedDisk *_Nonnull disk);

/// The power is cut: open connections are dead. Of what was not synced each write, and the one at which the plug was
/// pulled, survives, is lost, or is torn at its sectors of 512 octets, as the seed wants; so does a new file that never
/// was synced. Failures and freeze are over.
void simulated_disk_cut(SimulatedDisk *_Nonnull disk, uint64_t seed);

/// The octets of a file as they are read now: as many as fit, and their number in all; -1 without such a file.
int64_t simulated_disk_read(
    SimulatedDisk *_Nonnull disk, const char *_Nonnull name, uint8_t *_Nullable buffer, int64_t capacity);

#endif
