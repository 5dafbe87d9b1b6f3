/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs another sobig-xdp command for top and reads its output as it arrives. */
#ifndef TOP_CHILD_H
#define TOP_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define TOP_CHILD_TEXT_MAX (256 * 1024)

struct top_child {
	pid_t pid; /* 0: none */
	int fd;	   /* its standard output and error; -1: closed */
	char *text;
	size_t length;
	int status; /* its exit status when it has ended; 128 and more: a signal */
};

/*
 * Runs `sobig-xdp COMMAND ARGUMENT --pins PINS`. 0 or -errno. The caller calls top_child_end() at
 * any time after that, which also ends the command.
 */
int top_child_start(struct top_child *child, const char *command, const char *argument,
		    const char *pins);

/* Reads available output. True while more may follow. */
bool top_child_read(struct top_child *child);

/* Ends the command and frees its output. */
void top_child_end(struct top_child *child);

#endif
