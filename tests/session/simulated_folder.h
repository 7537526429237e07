/* A folder that lives in memory, and loses what a disk may lose: what a journal is tested on.
 *
 * Shared by the tests of floor 6. A disk outlives the folders opened on it, as a machine outlives its processes. What
 * it does to bytes that were not synced when the power is cut is chosen by the test; see lib/file/folder_internal.h for
 * what may happen. Each change is written down, so that any earlier state can be made again. */
#ifndef PIER_TESTS_SIMULATED_FOLDER_H
#define PIER_TESTS_SIMULATED_FOLDER_H

#include "file/folder_internal.h"

/* What was done to the disk. */
typedef enum sim_kind { SIM_CREATE, SIM_WRITE, SIM_CUT, SIM_SYNC, SIM_SYNC_FOLDER, SIM_RENAME, SIM_REMOVE } sim_kind;

typedef struct sim_change {
    sim_kind kind;
    uint32_t inode;  /* of the file; of none: SIM_SYNC_FOLDER */
    uint64_t offset; /* SIM_WRITE; SIM_CUT: the new size */
    uint8_t *data;   /* SIM_WRITE */
    size_t size;
    char name[64];    /* SIM_CREATE, SIM_REMOVE, SIM_RENAME: the old one */
    char to[64];      /* SIM_RENAME */
    size_t synced_by; /* which change, counted from 1, is the sync that covers it; 0: none */
    bool is_lost;     /* a sync that failed has thrown it away, though it can still be read */
} sim_change;

typedef struct sim_inode {
    uint8_t *bytes; /* as they are read */
    size_t size;
    size_t capacity;
    uint64_t reserved;
} sim_inode;

typedef struct sim_name {
    char name[64]; /* "": free */
    uint32_t inode;
} sim_name;

typedef struct sim_disk {
    sim_inode *inodes;
    size_t inode_count;
    sim_name *names;
    size_t name_count;
    sim_change *trace;
    size_t trace_count;
    size_t trace_capacity;
    bool is_locked;
    uint8_t life; /* changes when the power is cut; 0: the folder does not know */
    size_t files_open;
    /* Faults, counted down: at 1 the call fails; 0: never */
    uint64_t fail_sync_in;
    pier_status fail_sync_status; /* what that sync answers; PIER_OK: PIER_SYSTEM */
    uint64_t fail_write_in;
    uint64_t fail_create_in;
    uint64_t fail_rename_in;
    uint64_t fail_any_in;  /* any call that can fail */
    bool cannot_reserve;   /* the file system promises no room */
    uint64_t capacity;     /* bytes on the disk; 0: as many as you like */
    uint64_t syncs;        /* of files, made so far */
    uint64_t folder_syncs; /* likewise */
    uint64_t writes;
} sim_disk;

/* Makes an empty disk. */
void sim_init(sim_disk *disk);
void sim_deinit(sim_disk *disk);

/* Opens the folder on the disk. */
pier__folder sim_open(sim_disk *disk);

/* What becomes of a change that was not synced when the power is cut. Returns how many of its bytes reach the disk: for
 * SIM_WRITE from 0 to its size, or SIM_ZEROS when only its length does; for others 0 or anything else. Asked for each
 * one in order. */
typedef size_t sim_fate(void *user, size_t at, const sim_change *change);
#define SIM_ZEROS SIZE_MAX

/* Makes the state of `from` after its first `changes` changes, as it is after a power cut: `to` must be empty. Its life
 * is another one. */
void sim_cut_power(const sim_disk *from, size_t changes, sim_disk *to, sim_fate *fate, void *user);

/* Makes the state of `from` after its first `changes` changes as another process of the same life meets it, when of the
 * last one only `bytes` bytes were made. `to` must be empty. */
void sim_kill(const sim_disk *from, size_t changes, size_t bytes, sim_disk *to);

/* The same after the whole of the last change, with an account that goes on: what was not synced may still be lost. */
void sim_kill_and_go_on(const sim_disk *from, size_t changes, sim_disk *to);

/* What a power cut has left is on the disk: the account of the disk begins with it. disk: without changes. */
void sim_settle(sim_disk *disk);

/* Returns the file of a name, or NULL. */
sim_inode *sim_find(sim_disk *disk, const char *name);

/* Returns the name of the first file that ends so, in order; NULL: there is none. */
const char *sim_first_name(const sim_disk *disk, const char *suffix);

#endif
