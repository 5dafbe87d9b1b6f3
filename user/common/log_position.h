/* SPDX-License-Identifier: GPL-2.0-only */
/* The position up to which a log was read; it can be found again after the log was rotated. */
#ifndef LOG_POSITION_H
#define LOG_POSITION_H

#include <stdbool.h>
#include <stdint.h>

/* The maximum size of the hashed start of a file. */
#define LOG_POSITION_HEAD_MAX 1024

/*
 * The position in one file. Each file of a log has a number, its generation, which increases; a
 * file that is truncated and filled again counts as a new one.
 */
struct log_position_file {
	uint64_t generation;
	uint64_t device;
	uint64_t inode;
	uint64_t offset; /* all bytes before it were read */
	uint64_t proof;	 /* hash of the bytes right before the offset */
	uint64_t head;	 /* hash of the first `head_size` bytes of the file */
	uint32_t head_size;
	bool skip; /* the offset is within a line that is skipped */
};

/* The maximum number of files of one log: the current one and those rotated recently. */
#define LOG_POSITION_FILES 17

struct log_position_files {
	struct log_position_file file[LOG_POSITION_FILES]; /* the oldest first */
	unsigned int count;
};

#define LOG_POSITION_CURSOR_SIZE 512

/* The position in a log, which is a file or a journal. */
struct log_position {
	struct log_position_files files;
	char cursor[LOG_POSITION_CURSOR_SIZE]; /* of a journal; "": the log is a file */
};

/* A position in a log as one number that increases along the log. */
#define LOG_POSITION_SERIAL_BITS 40 /* bits of the offset; a file is shorter than 1 TB */

static inline uint64_t log_position_serial(uint64_t generation, uint64_t offset)
{
	return generation << LOG_POSITION_SERIAL_BITS | offset;
}

/* True if the line that ends at `offset` is before the position `files`. */
static inline bool log_position_has(const struct log_position_files *files, uint64_t generation,
				    uint64_t offset)
{
	for (unsigned int i = 0; i < files->count; i++)
		if (files->file[i].generation == generation)
			return offset <= files->file[i].offset;
	return files->count && generation < files->file[files->count - 1].generation;
}

#endif
