// SPDX-License-Identifier: GPL-2.0-only
/* Loads the allow list from the configuration, the operator's list, exim and this machine. */
#include "allow/load.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"

#define LOAD_LIST "allow"

int load_path(const char *state, const struct config *config, char path[PATH_MAX])
{
	const char *folder = state ? state : config->state.folder;
	int used;

	folder = folder ? folder : CONFIG_STATE_FOLDER;
	used = snprintf(path, PATH_MAX, "%s/" LOAD_LIST, folder);
	if (used < PATH_MAX)
		return 0;
	log_error("state folder \"%.80s…\": the path is too long", folder);
	return -ENAMETOOLONG;
}

/* The configured path, or the file that was installed with this program. */
static const char *load_providers(const struct config *config, char path[PATH_MAX])
{
	static const char beside[] = "/../share/sobig-xdp/providers";
	const char *configured = config->allow.providers;
	ssize_t length;
	char *slash;

	if (!configured || strcmp(configured, CONFIG_PROVIDERS_FILE) || !access(configured, F_OK))
		return configured;
	length = readlink("/proc/self/exe", path, PATH_MAX - sizeof(beside));
	if (length <= 0)
		return configured;
	path[length] = '\0';
	slash = strrchr(path, '/');
	if (!slash)
		return configured;
	strcpy(slash, beside);
	return access(path, F_OK) ? configured : path;
}

static int load_gather(const char *state, const struct config *config, struct watcher **running,
		       struct prefix_set **once)
{
	char own[PATH_MAX], providers[PATH_MAX];
	struct sources_options options = {
		.addresses = config->allow.addresses,
		.addresses_count = config->allow.addresses_count,
		.hosts = config->allow.hosts,
		.hosts_count = config->allow.hosts_count,
		.files = config->allow.files,
		.files_count = config->allow.files_count,
		.providers = load_providers(config, providers),
		.own = own,
	};
	int err = load_path(state, config, own);

	if (err)
		return err;
	err = running ? watcher_open(&options, running) : watcher_once(&options, once);
	if (err)
		log_error("cannot load the allow list: %s", strerror(-err));
	return err;
}

int load_open(const char *state, const struct config *config, struct watcher **out)
{
	return load_gather(state, config, out, NULL);
}

int load_once(const char *state, const char *file, struct prefix_set **out)
{
	struct config_error why;
	struct config config;
	int err = config_load(file, &config, &why);

	if (err) {
		log_error("%s", why.text);
		return err;
	}
	err = load_gather(state, &config, NULL, out);
	config_free(&config);
	return err;
}
