/* SPDX-License-Identifier: GPL-2.0-only */
/* "[state]" of the configuration: where history is kept, how much of it, and for how long. */
#ifndef CONFIG_STATE_H
#define CONFIG_STATE_H

#include <stddef.h>
#include <stdint.h>

#define CONFIG_STATE_FOLDER "/var/lib/sobig-xdp"

struct config_state {
	char *folder;	  /* NULL: CONFIG_STATE_FOLDER */
	uint64_t size;	  /* bytes at most */
	uint32_t history; /* seconds that a lifted or lapsed block is kept */
};

extern const struct config_state config_state_default;

/*
 * Takes "key = value". 0; -ENOMEM; -EINVAL: `why`, of `size` bytes, says what is wrong and what
 * would be right, and *state is as before.
 */
int config_state_take(struct config_state *state, const char *key, const char *value, char *why,
		      size_t size);

/* Accepts one that is all zero. */
void config_state_free(struct config_state *state);

#endif
