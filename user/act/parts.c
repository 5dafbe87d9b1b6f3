// SPDX-License-Identifier: GPL-2.0-only
/* The sources of who is never blocked, each looked at in its own time; for gather.c. */
#include "act/parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "act/kin.h"
#include "act/lists.h"
#include "act/names.h"
#include "common/log.h"

/* Beside those of kin.h; the first one's words stay where two have the same entry. */
enum {
	PARTS_FIXED = KIN_SOURCES,
	PARTS_NAMED,
	PARTS_ASKED,
	PARTS_COUNT
};

struct parts_texts {
	char **texts;
	size_t count;
};

struct parts {
	struct prefix_set *sets[PARTS_COUNT]; /* each sealed; NULL: nothing yet */
	int errors[PARTS_COUNT];	      /* that were last told */
	struct lists_file *files;
	char **texts; /* path and words of each */
	size_t files_count;
	struct parts_texts hosts; /* of the configuration */
	struct parts_texts asked; /* and those that ask() gave */
	struct names *names;
	int (*ask)(struct prefix_set *out, int (*name)(void *context, const char *name),
		   void *context);
};

static int parts_add_text(void *context, const char *text)
{
	struct parts_texts *texts = context;
	char **grown = reallocarray(texts->texts, texts->count + 1, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	texts->texts = grown;
	grown[texts->count] = strdup(text);
	return grown[texts->count] ? (texts->count++, 0) : -ENOMEM;
}

static void parts_free_texts(struct parts_texts *texts)
{
	while (texts->count)
		free(texts->texts[--texts->count]);
	free(texts->texts);
	*texts = (struct parts_texts){ 0 };
}

static int parts_fix(struct parts *parts, const struct gather_options *options)
{
	struct prefix_set *set;
	int err = prefix_set_new(&set);

	if (err)
		return err;
	for (size_t i = 0; i < options->addresses_count && !err; i++)
		err = prefix_set_add(set, &options->addresses[i], "the configuration's [allow]");
	prefix_set_seal(set);
	parts->sets[PARTS_FIXED] = set;
	return err;
}

static int parts_add_file(struct parts *parts, const char *path, const char *why, bool may_lack)
{
	struct lists_file *file = &parts->files[parts->files_count];
	char **texts = &parts->texts[2 * parts->files_count];

	texts[0] = strdup(path);
	texts[1] = strdup(why);
	parts->files_count++;
	*file = (struct lists_file){ .path = texts[0], .why = texts[1], .may_lack = may_lack };
	return texts[0] && texts[1] ? 0 : -ENOMEM;
}

static int parts_add_files(struct parts *parts, const struct gather_options *options)
{
	const size_t most = options->files_count + 2;
	int err = 0;

	parts->files = calloc(most, sizeof(*parts->files));
	parts->texts = calloc(2 * most, sizeof(*parts->texts));
	if (!parts->files || !parts->texts)
		return -ENOMEM;
	if (options->own)
		err = parts_add_file(parts, options->own, "sobig-xdp allow", true);
	for (size_t i = 0; i < options->files_count && !err; i++)
		err = parts_add_file(parts, options->files[i], options->files[i], false);
	if (options->providers && !err)
		err = parts_add_file(parts, options->providers, "a provider", false);
	return err;
}

static int parts_add_hosts(struct parts *parts, const struct gather_options *options)
{
	int err = 0;

	for (size_t i = 0; i < options->hosts_count && !err; i++)
		err = parts_add_text(&parts->hosts, options->hosts[i]);
	return err ? err : names_open(&parts->names);
}

int parts_open(const struct gather_options *options, struct parts **out)
{
	struct parts *parts = calloc(1, sizeof(*parts));
	int err;

	if (!parts)
		return -ENOMEM;
	parts->ask = options->ask;
	err = parts_fix(parts, options);
	if (!err)
		err = parts_add_files(parts, options);
	if (!err)
		err = parts_add_hosts(parts, options);
	if (err) {
		parts_close(parts);
		return err;
	}
	*out = parts;
	return 0;
}

static bool parts_are_same(const struct prefix_set *a, const struct prefix_set *b)
{
	size_t count = prefix_set_count(a);

	if (count != prefix_set_count(b))
		return false;
	for (size_t i = 0; i < count; i++) {
		const char *why_a, *why_b;
		const struct addr_prefix *x = prefix_set_at(a, i, &why_a);
		const struct addr_prefix *y = prefix_set_at(b, i, &why_b);

		if (x->length != y->length || addr_compare(&x->addr, &y->addr) ||
		    strcmp(why_a, why_b))
			return false;
	}
	return true;
}

static const char *parts_name(int part)
{
	return part == PARTS_ASKED ? "exim's relays" : kin_name(part);
}

/* A source that fails keeps what it gave before beside what it gives now. Told once. */
static int parts_check(struct parts *parts, int part, int err, struct prefix_set *set)
{
	const struct prefix_set *old = parts->sets[part];
	const char *why;

	if (err != parts->errors[part] && err)
		log_warning("cannot find out all of %s, which are never to be blocked: %s%s; it is "
			    "tried "
			    "again; until then, name them in [allow]",
			    parts_name(part), strerror(-err),
			    part == PARTS_ASKED && err == -ETIMEDOUT
				    ? " (exim -bP does not answer: is the DNS dead?)"
				    : "");
	parts->errors[part] = err;
	for (size_t i = 0; err && old && i < prefix_set_count(old); i++) {
		const struct addr_prefix *whom = prefix_set_at(old, i, &why);

		if (prefix_set_add(set, whom, why))
			return -ENOMEM;
	}
	return 0;
}

static int parts_ask(struct parts *parts, struct prefix_set *out)
{
	struct parts_texts names = { 0 };
	int err = parts->ask(out, parts_add_text, &names);

	if (err) {
		parts_free_texts(&names);
		return err;
	}
	parts_free_texts(&parts->asked);
	parts->asked = names;
	return 0;
}

/* True: the part has changed. */
static bool parts_renew_set(struct parts *parts, int part)
{
	struct prefix_set *set, *old = parts->sets[part];
	int err = prefix_set_new(&set);

	if (err)
		return false;
	if (part == PARTS_NAMED)
		err = names_read(parts->names, set);
	else if (part == PARTS_ASKED)
		err = parts_check(parts, part, parts_ask(parts, set), set);
	else
		err = parts_check(parts, part, kin_read(part, set), set);
	prefix_set_seal(set);
	if (err || (old && parts_are_same(old, set))) {
		prefix_set_free(set);
		return false;
	}
	prefix_set_free(old);
	parts->sets[part] = set;
	return true;
}

/* The names of the configuration, of exim and of all files. */
static void parts_list_names(struct parts *parts)
{
	int err = 0;

	names_begin(parts->names);
	for (size_t i = 0; i < parts->hosts.count && !err; i++)
		err = names_add(parts->names, parts->hosts.texts[i]);
	for (size_t i = 0; i < parts->asked.count && !err; i++)
		err = names_add(parts->names, parts->asked.texts[i]);
	for (size_t i = 0; i < parts->files_count; i++)
		for (size_t j = 0; j < parts->files[i].names_count && !err; j++)
			err = names_add(parts->names, parts->files[i].names[j]);
	if (!err)
		names_end(parts->names);
}

static bool parts_renew_files(struct parts *parts)
{
	bool changed = false;

	for (size_t i = 0; i < parts->files_count; i++)
		changed |= lists_refresh(&parts->files[i]);
	return changed;
}

bool parts_renew(struct parts *parts, unsigned int due, unsigned int milliseconds)
{
	bool changed = false;

	if (due & PARTS_FILES && parts_renew_files(parts)) {
		changed = true;
		due |= PARTS_LOOK_UP;
	}
	if (due & PARTS_ASK && parts->ask) {
		changed |= parts_renew_set(parts, PARTS_ASKED);
		due |= PARTS_LOOK_UP;
	}
	if (due & PARTS_LOOK_UP) {
		parts_list_names(parts);
		names_ask(parts->names);
	}
	if (due & PARTS_NETWORK)
		for (int part = KIN_OWN; part < KIN_LOGINS; part++)
			changed |= parts_renew_set(parts, part);
	if (due & PARTS_LOGINS)
		changed |= parts_renew_set(parts, KIN_LOGINS);
	if (due & (PARTS_NAMES | PARTS_LOOK_UP)) {
		names_settle(parts->names, milliseconds);
		changed |= parts_renew_set(parts, PARTS_NAMED);
	}
	return changed;
}

static int parts_add_all(struct prefix_set *out, const struct prefix_set *set)
{
	const char *why;
	int err = 0;

	for (size_t i = 0; set && i < prefix_set_count(set) && !err; i++) {
		const struct addr_prefix *whom = prefix_set_at(set, i, &why);

		err = prefix_set_add(out, whom, why);
	}
	return err;
}

int parts_join(const struct parts *parts, struct prefix_set **out)
{
	struct prefix_set *all;
	int err = prefix_set_new(&all);

	if (err)
		return err;
	for (int part = 0; part < PARTS_COUNT && !err; part++)
		err = parts_add_all(all, parts->sets[part]);
	for (size_t i = 0; i < parts->files_count && !err; i++)
		err = parts_add_all(all, parts->files[i].set);
	if (err) {
		prefix_set_free(all);
		return err;
	}
	prefix_set_seal(all);
	*out = all;
	return 0;
}

void parts_close(struct parts *parts)
{
	if (!parts)
		return;
	for (int part = 0; part < PARTS_COUNT; part++)
		prefix_set_free(parts->sets[part]);
	for (size_t i = 0; parts->files && parts->texts && i < parts->files_count; i++) {
		lists_clear(&parts->files[i]);
		free(parts->texts[2 * i]);
		free(parts->texts[2 * i + 1]);
	}
	parts_free_texts(&parts->hosts);
	parts_free_texts(&parts->asked);
	names_close(parts->names);
	free(parts->files);
	free(parts->texts);
	free(parts);
}
