/* Objects that both sides have already: records may refer to them, and they are not stored.
 *
 * Floor 5 (record). A field of shared references keeps identity: an object that a record reaches twice is stored once
 * and loaded once. An object that both sides registered under the same number is not even stored: what is loaded points
 * to the object of the loading side. Each object is an instance of its own: a reference does not point into another
 * object. */
#ifndef PIER_GRAPH_H
#define PIER_GRAPH_H

#include <stdint.h>

#include <pier/archive.h>
#include <pier/class.h>

/* The largest number of a registered object. */
#define PIER_OBJECT_NUMBER_MAX 2147483647u

/* Registers an object with an archive of either direction, or takes it back.
 * number: 1 to PIER_OBJECT_NUMBER_MAX; what both sides know it by. class_of_object, object: borrowed until it is taken
 * back or the archive is destroyed; a loading archive hands the pointer out in the records that refer to it. NULL,
 * both: the number stands for nothing any more.
 * Returns PIER_OK; PIER_USAGE: the number is out of range or stands for another object, or the object has another
 * number; PIER_NO_MEMORY. Does not stick. Never blocks. */
PIER_API pier_status pier_archive_register_object(pier_archive *archive, uint32_t number,
                                                  const pier_class *class_of_object, void *object) PIER_MUST_USE;

#endif
