// SPDX-License-Identifier: GPL-2.0-only
/* Whom a replay takes for never blocked: what is written down, and nothing that must be asked. */
#include "replay/replay_spare.h"

#include <unistd.h>

#include "allow/list_file.h"
#include "allow/load.h"
#include "common/log.h"

/* Adds what is in a list, and to *names how many names there are in it. */
static int replay_spare_list(struct prefix_set *set, const char *path, size_t *names)
{
	struct list_file_file file = { .path = path, .why = "" };
	int err = 0;

	list_file_refresh(&file);
	for (size_t i = 0; file.set && i < prefix_set_count(file.set) && !err; i++) {
		const char *why;
		const struct addr_prefix *target = prefix_set_at(file.set, i, &why);

		err = prefix_set_add(set, target, why);
	}
	*names += file.names_count;
	list_file_clear(&file);
	return err;
}

static int replay_spare_lists(const char *state, const struct config *config,
			      struct prefix_set *set, size_t *names)
{
	const struct config_allow *allow = &config->allow;
	char own[PATH_MAX];
	int err = 0;

	for (size_t i = 0; i < allow->files_count && !err; i++)
		err = replay_spare_list(set, allow->files[i], names);
	if (allow->providers && !err)
		err = replay_spare_list(set, allow->providers, names);
	/* Whoever is not root may not even see whether it is there, and need not be told. */
	if (!err && !load_path(state, config, own) && !access(own, R_OK))
		err = replay_spare_list(set, own, names);
	return err;
}

int replay_spare(const char *state, const struct config *config, struct prefix_set **out)
{
	const struct config_allow *allow = &config->allow;
	size_t names = allow->hosts_count;
	struct prefix_set *set;
	int err = prefix_set_new(&set);

	if (err)
		return err;
	for (size_t i = 0; i < allow->addresses_count && !err; i++)
		err = prefix_set_add(set, &allow->addresses[i], "");
	if (!err)
		err = replay_spare_lists(state, config, set, &names);
	if (err) {
		prefix_set_free(set);
		return err;
	}
	prefix_set_seal(set);
	if (names)
		log_warning(
			"names among those who are never blocked are not looked up for a replay, and their hosts are judged like others: %zu",
			names);
	*out = set;
	return 0;
}
