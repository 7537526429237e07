/* A folder that lives in memory, and loses what a disk may lose; see simulated_folder.h. */
#include "session/simulated_folder.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/error_internal.h"

static void *grow(void *memory, size_t size) {
    void *grown = realloc(memory, size);
    assert(grown != NULL);
    return grown;
}

void sim_init(sim_disk *disk) {
    *disk = (sim_disk){.life = 1};
}

void sim_deinit(sim_disk *disk) {
    assert(disk->files_open == 0);
    for (size_t i = 0; i < disk->inode_count; i++) {
        free(disk->inodes[i].bytes);
    }
    for (size_t i = 0; i < disk->trace_count; i++) {
        free(disk->trace[i].data);
    }
    free(disk->inodes);
    free(disk->names);
    free(disk->trace);
    *disk = (sim_disk){.life = 1};
}

/* Names and bytes -------------------------------------------------------------------------------------------------- */

static sim_name *find_name(const sim_disk *disk, const char *name) {
    for (size_t i = 0; i < disk->name_count; i++) {
        if (strcmp(disk->names[i].name, name) == 0) {
            return &disk->names[i];
        }
    }
    return NULL;
}

sim_inode *sim_find(sim_disk *disk, const char *name) {
    const sim_name *found = find_name(disk, name);
    return found != NULL ? &disk->inodes[found->inode] : NULL;
}

const char *sim_first_name(const sim_disk *disk, const char *suffix) {
    const char *first = NULL;
    for (size_t i = 0; i < disk->name_count; i++) {
        const char *name = disk->names[i].name;
        size_t length = strlen(name);
        bool ends_so = length >= strlen(suffix) && strcmp(name + length - strlen(suffix), suffix) == 0;
        if (ends_so && (first == NULL || strcmp(name, first) < 0)) {
            first = name;
        }
    }
    return first;
}

static void add_name(sim_disk *disk, const char *name, uint32_t inode) {
    sim_name *slot = find_name(disk, "");
    if (slot == NULL) {
        disk->names = grow(disk->names, (disk->name_count + 1) * sizeof *disk->names);
        slot = &disk->names[disk->name_count++];
    }
    assert(strlen(name) < sizeof slot->name);
    (void)memcpy(slot->name, name, strlen(name) + 1);
    slot->inode = inode;
}

static void drop_name(sim_disk *disk, const char *name) {
    sim_name *found = find_name(disk, name);
    if (found != NULL) {
        found->name[0] = '\0';
    }
}

static uint32_t add_inode(sim_disk *disk) {
    disk->inodes = grow(disk->inodes, (disk->inode_count + 1) * sizeof *disk->inodes);
    disk->inodes[disk->inode_count] = (sim_inode){NULL, 0, 0, 0};
    return (uint32_t)disk->inode_count++;
}

static void set_size(sim_inode *inode, size_t size) {
    if (size > inode->capacity) {
        inode->capacity = size * 2;
        inode->bytes = grow(inode->bytes, inode->capacity);
    }
    if (size > inode->size) {
        memset(inode->bytes + inode->size, 0, size - inode->size);
    }
    inode->size = size;
}

static void put(sim_inode *inode, uint64_t offset, const uint8_t *data, size_t size) {
    if (offset + size > inode->size) {
        set_size(inode, (size_t)(offset + size));
    }
    if (size > 0) {
        memcpy(inode->bytes + offset, data, size);
    }
}

/* The trace -------------------------------------------------------------------------------------------------------- */

static sim_change *note(sim_disk *disk, sim_kind kind, uint32_t inode) {
    if (disk->trace_count == disk->trace_capacity) {
        disk->trace_capacity = disk->trace_capacity * 2 + 64;
        disk->trace = grow(disk->trace, disk->trace_capacity * sizeof *disk->trace);
    }
    sim_change *change = &disk->trace[disk->trace_count++];
    *change = (sim_change){.kind = kind, .inode = inode};
    return change;
}

static void name_change(sim_change *change, const char *name, const char *to) {
    (void)memcpy(change->name, name, strlen(name) + 1);
    if (to != NULL) {
        (void)memcpy(change->to, to, strlen(to) + 1);
    }
}

/* Does a change to another disk; of a write `bytes` alone. */
static void apply(sim_disk *to, const sim_change *change, size_t bytes) {
    sim_inode *inode = change->kind != SIM_SYNC_FOLDER ? &to->inodes[change->inode] : NULL;
    switch (change->kind) {
    case SIM_CREATE:
        drop_name(to, change->name);
        add_name(to, change->name, change->inode);
        break;
    case SIM_WRITE:
        if (bytes == SIM_ZEROS) {
            if (inode->size < change->offset + change->size) {
                set_size(inode, (size_t)(change->offset + change->size));
            }
        } else {
            put(inode, change->offset, change->data, bytes < change->size ? bytes : change->size);
        }
        break;
    case SIM_CUT:
        set_size(inode, (size_t)change->offset);
        break;
    case SIM_RENAME: {
        const sim_name *from = find_name(to, change->name);
        if (from != NULL) {
            uint32_t number = from->inode;
            drop_name(to, change->to);
            drop_name(to, change->name);
            add_name(to, change->to, number);
        }
        break;
    }
    case SIM_REMOVE:
        drop_name(to, change->name);
        break;
    default:
        break;
    }
}

static void begin_copy(const sim_disk *from, sim_disk *to) {
    to->capacity = from->capacity;
    to->cannot_reserve = from->cannot_reserve;
    for (size_t i = 0; i < from->inode_count; i++) {
        (void)add_inode(to);
    }
}

static bool is_of_names(const sim_change *change) {
    return change->kind == SIM_CREATE || change->kind == SIM_RENAME || change->kind == SIM_REMOVE;
}

/* Whether a sync among the first `changes` covers the change at `at`. */
static bool is_synced(const sim_disk *from, size_t at, size_t changes) {
    size_t by = from->trace[at].synced_by;
    return by != 0 && by <= changes;
}

/* A sync was noted last: it covers what was done before. */
static void cover(sim_disk *disk, uint32_t inode, bool names) {
    for (size_t i = 0; i < disk->trace_count; i++) {
        sim_change *change = &disk->trace[i];
        bool is_meant = is_of_names(change) ? names : !names && change->inode == inode;
        if (is_meant && change->synced_by == 0 && !change->is_lost) {
            change->synced_by = disk->trace_count;
        }
    }
}

void sim_cut_power(const sim_disk *from, size_t changes, sim_disk *to, sim_fate *fate, void *user) {
    begin_copy(from, to);
    to->life = (uint8_t)(from->life + 1);
    for (size_t i = 0; i < changes; i++) {
        const sim_change *change = &from->trace[i];
        if (change->kind == SIM_SYNC || change->kind == SIM_SYNC_FOLDER) {
            continue;
        }
        size_t bytes = is_synced(from, i, changes) ? change->size : fate(user, i, change);
        if (change->kind == SIM_WRITE || bytes != 0 || is_synced(from, i, changes)) {
            apply(to, change, bytes);
        }
    }
}

void sim_kill(const sim_disk *from, size_t changes, size_t bytes, sim_disk *to) {
    begin_copy(from, to);
    to->life = from->life;
    for (size_t i = 0; i < changes; i++) {
        const sim_change *change = &from->trace[i];
        bool is_last = i + 1 == changes;
        apply(to, change, is_last && bytes < change->size ? bytes : change->size);
    }
}

static sim_change *add_settled(sim_disk *disk, sim_kind kind, uint32_t inode) {
    if (disk->trace_count == disk->trace_capacity) {
        disk->trace_capacity = disk->trace_capacity * 2 + 64;
        disk->trace = (sim_change *)realloc(disk->trace, disk->trace_capacity * sizeof *disk->trace);
    }
    sim_change *change = &disk->trace[disk->trace_count++];
    *change = (sim_change){.kind = kind, .inode = inode, .synced_by = 1};
    return change;
}

void sim_settle(sim_disk *disk) {
    for (size_t i = 0; i < disk->name_count; i++) {
        const sim_name *name = &disk->names[i];
        if (name->name[0] == '\0') {
            continue;
        }
        const sim_inode *inode = &disk->inodes[name->inode];
        memcpy(add_settled(disk, SIM_CREATE, name->inode)->name, name->name, sizeof name->name);
        sim_change *write = add_settled(disk, SIM_WRITE, name->inode);
        write->data = (uint8_t *)malloc(inode->size + 1);
        write->size = inode->size;
        if (inode->size > 0) {
            memcpy(write->data, inode->bytes, inode->size);
        }
    }
}

void sim_kill_and_go_on(const sim_disk *from, size_t changes, sim_disk *to) {
    sim_kill(from, changes, SIZE_MAX, to);
    for (size_t i = 0; i < changes; i++) {
        sim_change *change = add_settled(to, from->trace[i].kind, from->trace[i].inode);
        *change = from->trace[i];
        change->synced_by = change->synced_by <= changes ? change->synced_by : 0;
        if (change->data != NULL) {
            change->data = (uint8_t *)malloc(change->size + 1);
            memcpy(change->data, from->trace[i].data, change->size);
        }
    }
}

/* The folder ------------------------------------------------------------------------------------------------------- */

static pier_status fail(pier_error *error, pier_status status, const char *what) {
    return pier__error_set(error, status, PIER_FLOOR_FILE, 0, "%s: %s", what, pier_status_text(status));
}

/* Counts down to a fault. */
static bool strikes(sim_disk *disk, uint64_t *count) {
    bool any = disk->fail_any_in != 0 && --disk->fail_any_in == 0;
    bool own = count != NULL && *count != 0 && --*count == 0;
    return any || own;
}

static pier_status failed_sync(const sim_disk *disk) {
    return disk->fail_sync_status != PIER_OK ? disk->fail_sync_status : PIER_SYSTEM;
}

static uint64_t used_bytes(const sim_disk *disk) {
    uint64_t used = 0;
    for (size_t i = 0; i < disk->name_count; i++) {
        if (disk->names[i].name[0] != '\0') {
            const sim_inode *inode = &disk->inodes[disk->names[i].inode];
            used += inode->size > inode->reserved ? inode->size : inode->reserved;
        }
    }
    return used;
}

/* Whether a file of the disk may become so long. */
static bool has_room(const sim_disk *disk, const sim_inode *inode, uint64_t size) {
    uint64_t own = inode->size > inode->reserved ? inode->size : inode->reserved;
    return disk->capacity == 0 || size <= own || used_bytes(disk) - own + size <= disk->capacity;
}

static uint64_t sim_room(void *self) {
    const sim_disk *disk = self;
    uint64_t used = used_bytes(disk);
    return disk->capacity == 0 ? UINT64_MAX : used < disk->capacity ? disk->capacity - used : 0;
}

static pier_status sim_create(void *self, const char *name, int *file, pier_error *error) {
    sim_disk *disk = self;
    *file = PIER__FOLDER_NO_FILE;
    if (strikes(disk, &disk->fail_create_in)) {
        return fail(error, PIER_DENIED, "create");
    }
    if (find_name(disk, name) != NULL) {
        return fail(error, PIER_EXISTS, "create");
    }
    uint32_t inode = add_inode(disk);
    add_name(disk, name, inode);
    name_change(note(disk, SIM_CREATE, inode), name, NULL);
    disk->files_open++;
    *file = (int)inode;
    return PIER_OK;
}

static pier_status sim_open_file(void *self, const char *name, bool writes, int *file, pier_error *error) {
    sim_disk *disk = self;
    (void)writes;
    *file = PIER__FOLDER_NO_FILE;
    const sim_name *found = find_name(disk, name);
    if (strikes(disk, NULL) || found == NULL) {
        return fail(error, found == NULL ? PIER_NOT_FOUND : PIER_SYSTEM, "open");
    }
    disk->files_open++;
    *file = (int)found->inode;
    return PIER_OK;
}

static pier_status sim_close_file(void *self, int file, pier_error *error) {
    sim_disk *disk = self;
    (void)file;
    (void)error;
    assert(disk->files_open > 0);
    disk->files_open--;
    return PIER_OK;
}

static pier_status sim_size(void *self, int file, uint64_t *size_bytes, pier_error *error) {
    sim_disk *disk = self;
    if (strikes(disk, NULL)) {
        return fail(error, PIER_SYSTEM, "size");
    }
    *size_bytes = disk->inodes[file].size;
    return PIER_OK;
}

static pier_status sim_read(void *self, int file, uint64_t offset, void *buffer, size_t capacity_bytes,
                            size_t *size_bytes, pier_error *error) {
    sim_disk *disk = self;
    const sim_inode *inode = &disk->inodes[file];
    *size_bytes = 0;
    if (strikes(disk, NULL)) {
        return fail(error, PIER_SYSTEM, "read");
    }
    if (offset < inode->size) {
        size_t there = inode->size - (size_t)offset;
        *size_bytes = there < capacity_bytes ? there : capacity_bytes;
        memcpy(buffer, inode->bytes + offset, *size_bytes);
    }
    return PIER_OK;
}

static pier_status sim_write(void *self, int file, uint64_t offset, const pier_bytes *spans, size_t count,
                             pier_error *error) {
    sim_disk *disk = self;
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
        size += spans[i].size;
    }
    uint8_t *data = malloc(size > 0 ? size : 1);
    assert(data != NULL);
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        if (spans[i].size > 0) {
            memcpy(data + at, spans[i].data, spans[i].size);
        }
        at += spans[i].size;
    }
    disk->writes++;
    bool strikes_now = strikes(disk, &disk->fail_write_in);
    bool fits = has_room(disk, &disk->inodes[file], offset + size);
    /* What does not fit is written as far as it does, what fails by half. */
    size_t written = strikes_now ? size / 2 : size;
    while (!fits && written > 0 && !has_room(disk, &disk->inodes[file], offset + written)) {
        written--;
    }
    put(&disk->inodes[file], offset, data, written);
    sim_change *change = note(disk, SIM_WRITE, (uint32_t)file);
    change->offset = offset;
    change->data = data;
    change->size = written;
    return strikes_now ? fail(error, PIER_SYSTEM, "write") : fits ? PIER_OK : fail(error, PIER_NO_SPACE, "write");
}

static pier_status sim_cut(void *self, int file, uint64_t size_bytes, pier_error *error) {
    sim_disk *disk = self;
    if (strikes(disk, NULL)) {
        return fail(error, PIER_SYSTEM, "cut");
    }
    set_size(&disk->inodes[file], (size_t)size_bytes);
    disk->inodes[file].reserved = 0;
    note(disk, SIM_CUT, (uint32_t)file)->offset = size_bytes;
    return PIER_OK;
}

static pier_status sim_reserve(void *self, int file, uint64_t size_bytes, pier_error *error) {
    sim_disk *disk = self;
    sim_inode *inode = &disk->inodes[file];
    if (disk->cannot_reserve) {
        return PIER_UNSUPPORTED;
    }
    if (!has_room(disk, inode, size_bytes)) {
        return fail(error, PIER_NO_SPACE, "reserve");
    }
    inode->reserved = size_bytes > inode->reserved ? size_bytes : inode->reserved;
    return PIER_OK;
}

/* A sync that fails has thrown away what it should have kept. */
static void lose(sim_disk *disk, uint32_t inode) {
    for (size_t i = 0; i < disk->trace_count; i++) {
        sim_change *change = &disk->trace[i];
        if (!is_of_names(change) && change->inode == inode && change->synced_by == 0) {
            change->is_lost = true;
        }
    }
}

static pier_status sim_sync(void *self, int file, pier_error *error) {
    sim_disk *disk = self;
    disk->syncs++;
    if (strikes(disk, &disk->fail_sync_in)) {
        lose(disk, (uint32_t)file);
        return fail(error, failed_sync(disk), "sync");
    }
    (void)note(disk, SIM_SYNC, (uint32_t)file);
    cover(disk, (uint32_t)file, false);
    return PIER_OK;
}

static pier_status sim_sync_folder(void *self, pier_error *error) {
    sim_disk *disk = self;
    disk->folder_syncs++;
    if (strikes(disk, &disk->fail_sync_in)) {
        return fail(error, failed_sync(disk), "sync the folder");
    }
    (void)note(disk, SIM_SYNC_FOLDER, 0);
    cover(disk, 0, true);
    return PIER_OK;
}

static pier_status sim_rename(void *self, const char *from, const char *to, pier_error *error) {
    sim_disk *disk = self;
    if (strikes(disk, &disk->fail_rename_in) || find_name(disk, from) == NULL) {
        return fail(error, PIER_DENIED, "rename");
    }
    sim_change *change = note(disk, SIM_RENAME, find_name(disk, from)->inode);
    name_change(change, from, to);
    sim_change copy = *change;
    apply(disk, &copy, 1);
    return PIER_OK;
}

static pier_status sim_remove(void *self, const char *name, pier_error *error) {
    sim_disk *disk = self;
    const sim_name *found = find_name(disk, name);
    if (strikes(disk, NULL)) {
        return fail(error, PIER_SYSTEM, "remove");
    }
    if (found == NULL) {
        return fail(error, PIER_NOT_FOUND, "remove");
    }
    name_change(note(disk, SIM_REMOVE, found->inode), name, NULL);
    drop_name(disk, name);
    return PIER_OK;
}

static pier_status sim_list(void *self, pier__folder_visit *visit, void *user, pier_error *error) {
    sim_disk *disk = self;
    if (strikes(disk, NULL)) {
        return fail(error, PIER_SYSTEM, "list");
    }
    for (size_t i = 0; i < disk->name_count; i++) {
        if (disk->names[i].name[0] != '\0' && !visit(user, disk->names[i].name)) {
            break;
        }
    }
    return PIER_OK;
}

static pier_status sim_lock(void *self, pier_error *error) {
    sim_disk *disk = self;
    if (disk->is_locked) {
        return fail(error, PIER_IN_USE, "lock");
    }
    disk->is_locked = true;
    return PIER_OK;
}

static void sim_life(void *self, uint8_t life[PIER__FOLDER_LIFE_BYTES]) {
    const sim_disk *disk = self;
    memset(life, disk->life, PIER__FOLDER_LIFE_BYTES);
}

static void sim_destroy(void *self) {
    sim_disk *disk = self;
    disk->is_locked = false;
}

static const pier__folder_ops sim_ops = {
    .create = sim_create,
    .open = sim_open_file,
    .close = sim_close_file,
    .size = sim_size,
    .read = sim_read,
    .write = sim_write,
    .cut = sim_cut,
    .reserve = sim_reserve,
    .room = sim_room,
    .sync = sim_sync,
    .sync_folder = sim_sync_folder,
    .rename = sim_rename,
    .remove = sim_remove,
    .list = sim_list,
    .lock = sim_lock,
    .life = sim_life,
    .destroy = sim_destroy,
};

pier__folder sim_open(sim_disk *disk) {
    return (pier__folder){&sim_ops, disk};
}
