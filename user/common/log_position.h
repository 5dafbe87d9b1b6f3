/* SPDX-License-Identifier: GPL-2.0-only */
/* Where in a log the reading had come, told so that it is found again whatever became of the file.
 */
#ifndef LOG_POSITION_H
#define LOG_POSITION_H

#include <stdbool.h>
#include <stdint.h>

/* How much of a file's beginning is known at most. */
#define LOG_POSITION_HEAD_MAX 1024

/*
 * Of one file. A log goes through many of them, and each has a number of its own, its generation,
 * which grows; a file that is cut to nothing and filled anew counts as another.
 */
struct log_position_file {
	uint64_t generation;
	uint64_t device;
	uint64_t inode;
	uint64_t offset; /* all before it was read */
	uint64_t proof;	 /* a hash of the bytes right before it */
	uint64_t head;	 /* and of the file's first `head_size` bytes */
	uint32_t head_size;
	bool skip; /* it is within a line that is not to be read */
};

/* Files of one log at a time: the one that has its name, and those just rotated away. */
#define LOG_POSITION_FILES 17

struct log_position_files {
	struct log_position_file places[LOG_POSITION_FILES]; /* the oldest first */
	unsigned int count;
};

#define LOG_POSITION_CURSOR_SIZE 512

/* Of a log, whatever it is. */
struct log_position {
	struct log_position_files places;
	char cursor[LOG_POSITION_CURSOR_SIZE]; /* of a journal; "": it is a file */
};

/* One number for a place in a log, greater for what comes later. */
#define LOG_POSITION_SERIAL_BITS 40 /* of the offset; a file is shorter than a terabyte */

static inline uint64_t log_position_serial(uint64_t generation, uint64_t offset)
{
	return generation << LOG_POSITION_SERIAL_BITS | offset;
}

/* True if the line that ends at `offset` was read by the time of `places`. */
static inline bool log_position_has(const struct log_position_files *places, uint64_t generation,
				    uint64_t offset)
{
	for (unsigned int i = 0; i < places->count; i++)
		if (places->places[i].generation == generation)
			return offset <= places->places[i].offset;
	return places->count && generation < places->places[places->count - 1].generation;
}

#endif
