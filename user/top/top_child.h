/* SPDX-License-Identifier: GPL-2.0-only */
/* Another command of sobig-xdp, run by top for what its user asks; its words are read as they come.
 */
#ifndef TOP_CHILD_H
#define TOP_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define TOP_CHILD_TEXT_MAX (256 * 1024)

struct top_child {
	pid_t pid; /* 0: none runs */
	int fd;	   /* what it says on standard output and error; -1: nothing more */
	char *text;
	size_t length;
	int status; /* its exit status, once it has ended; 128 and more: a signal's */
};

/*
 * Runs `sobig-xdp COMMAND ARGUMENT --pins PINS`. 0 or -errno. The caller calls top_child_end() at
 * any time after that, which also ends the command.
 */
int top_child_start(struct top_child *child, const char *command, const char *argument,
		    const char *pins);

/* Takes what there is to read. True while there may be more to come. */
bool top_child_read(struct top_child *child);

/* Forgets text and command. */
void top_child_end(struct top_child *child);

#endif
