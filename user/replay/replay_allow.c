// SPDX-License-Identifier: GPL-2.0-only
/* The allow list of a replay: addresses and networks from files only, without lookups. */
#include "replay/replay_allow.h"

#include <unistd.h>

#include "allow/list_file.h"
#include "allow/load.h"
#include "common/log.h"

/* Adds the entries of a list file, and the number of its host names to *names. */
static int replay_allow_list(struct prefix_set *set, const char *path, size_t *names)
{
	struct list_file file = { .path = path, .why = "" };
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

static int replay_allow_lists(const char *state, const struct config *config,
			      struct prefix_set *set, size_t *names)
{
	const struct config_allow *allow = &config->allow;
	char own[PATH_MAX];
	int err = 0;

	for (size_t i = 0; i < allow->files_count && !err; i++)
		err = replay_allow_list(set, allow->files[i], names);
	if (allow->providers && !err)
		err = replay_allow_list(set, allow->providers, names);
	/* Other users than root may be unable to see the file; this is not logged. */
	if (!err && !load_path(state, config, own) && !access(own, R_OK))
		err = replay_allow_list(set, own, names);
	return err;
}

int replay_allow(const char *state, const struct config *config, struct prefix_set **out)
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
		err = replay_allow_lists(state, config, set, &names);
	if (err) {
		prefix_set_free(set);
		return err;
	}
	prefix_set_seal(set);
	if (names)
		log_warning(
			"replay does not look up host names in the allow list (%zu); their hosts are judged like others",
			names);
	*out = set;
	return 0;
}
