/* The classes of a recording: proto/pier/recording.proto in C, for the files that store and load them.
 *
 * Part of the command. proto/recording.md says how the records of a file belong together. */
#ifndef RECORDING_CLASSES_H
#define RECORDING_CLASSES_H

#include <pier/record.h>

#define RECORDING_SIDE(VALUE) VALUE(0, NOBODY) VALUE(1, CLIENT) VALUE(2, SERVER)
PIER_ENUM(recording_side, "pier.recording.Side", RECORDING_SIDE)

#define RECORDING_HOW(VALUE) VALUE(0, UNTOLD) VALUE(1, END) VALUE(2, RESET) VALUE(3, REFUSED) VALUE(4, STOPPED)
PIER_ENUM(recording_how, "pier.recording.How", RECORDING_HOW)

#define RECORDING_STARTED(FIELD)                                                                                       \
    FIELD(1, time, time)                                                                                               \
    FIELD(2, text, listening)                                                                                          \
    FIELD(3, text, target)
PIER_RECORD(recording_started, "pier.recording.Started", RECORDING_STARTED)

#define RECORDING_OPENED(FIELD)                                                                                        \
    FIELD(1, u64, connection)                                                                                          \
    FIELD(2, time, time)                                                                                               \
    FIELD(3, text, client)                                                                                             \
    FIELD(4, text, target)
PIER_RECORD(recording_opened, "pier.recording.Opened", RECORDING_OPENED)

#define RECORDING_PASSED(FIELD)                                                                                        \
    FIELD(1, u64, connection)                                                                                          \
    FIELD(2, time, time)                                                                                               \
    FIELD(3, enumeration(recording_side), from)                                                                        \
    FIELD(4, u64, offset)                                                                                              \
    FIELD(5, bytes, bytes)
PIER_RECORD(recording_passed, "pier.recording.Passed", RECORDING_PASSED)

#define RECORDING_ENDED(FIELD)                                                                                         \
    FIELD(1, u64, connection)                                                                                          \
    FIELD(2, time, time)                                                                                               \
    FIELD(3, enumeration(recording_side), from)                                                                        \
    FIELD(4, u64, offset)                                                                                              \
    FIELD(5, enumeration(recording_how), how)                                                                          \
    FIELD(6, text, text)
PIER_RECORD(recording_ended, "pier.recording.Ended", RECORDING_ENDED)

#endif
