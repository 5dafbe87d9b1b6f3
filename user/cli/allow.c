// SPDX-License-Identifier: GPL-2.0-only
/* sobig-xdp allow: edits and shows the allow list. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allow/list_edit.h"
#include "allow/list_file.h"
#include "allow/load.h"
#include "cli/cli.h"
#include "cli/history.h"
#include "cli/home.h"
#include "common/log.h"
#include "common/output.h"
#include "common/suggest.h"
#include "kernel/blocks.h"
#include "kernel/blocks_exempt.h"

#define ALLOW_WIDTH 20 /* minimum width of the address column */

enum allow_verb {
	ALLOW_ADD,
	ALLOW_DEL,
	ALLOW_LIST,
};

static const char *const allow_verbs[] = { "add", "del", "list", NULL };

struct allow {
	struct cli_common common;
	enum allow_verb verb;
	bool all;
	char path[PATH_MAX];
	struct blocks *blocks; /* NULL: nothing is attached */
	json_t *entries;
	json_t *unblocked;
	int status;
};

static void allow_fail(struct allow *allow)
{
	allow->status = CLI_FAILED;
}

/* Reports the result for an entry, as text or JSON. */
static void allow_say(struct allow *allow, const struct addr_prefix *target, bool changed,
		      const char *words)
{
	char address[ADDR_TEXT_SIZE];

	addr_prefix_format(target, address);
	if (allow->common.json)
		json_array_append_new(allow->entries, json_pack("{s:s, s:b}", "address", address,
								"changed", (int)changed));
	else
		printf("%s: %s\n", address, words);
}

/* Prints an entry and its reason, as text or JSON. */
static void allow_show(struct allow *allow, const struct addr_prefix *target, const char *why,
		       int width)
{
	char address[ADDR_TEXT_SIZE];

	addr_prefix_format(target, address);
	if (allow->common.json)
		json_array_append_new(allow->entries, json_pack("{s:s, s:o}", "address", address,
								"reason", output_text(why)));
	else
		printf("%-*s  %s\n", width, address, why);
}

static void allow_unblocked(void *context, const struct blocks_exempt_unblocked *unblocked)
{
	char address[ADDR_TEXT_SIZE], entry[ADDR_TEXT_SIZE];
	struct allow *allow = context;

	addr_prefix_format(&unblocked->target, address);
	addr_prefix_format(&unblocked->entry, entry);
	history_unblock(&allow->common, &unblocked->target, 1);
	if (unblocked->err) {
		log_error("cannot block the rest of \"%s\" again: %s; it is unblocked now", address,
			  strerror(-unblocked->err));
		allow_fail(allow);
	}
	if (allow->common.json)
		json_array_append_new(allow->unblocked,
				      json_pack("{s:s, s:s, s:I, s:b}", "address", address, "entry",
						entry, "pieces", (json_int_t)unblocked->pieces,
						"dry_run", (int)unblocked->dry_run));
	else if (unblocked->pieces)
		printf("%s: unblocked in %s; the rest of %s stays blocked, as %zu network%s\n",
		       entry, address, address, unblocked->pieces,
		       suggest_plural(unblocked->pieces));
	else
		printf("%s: unblocked\n", address);
}

/* Unblocks the entry now; the daemon would do it only when it reads the list again. */
static void allow_unblock(struct allow *allow, const struct addr_prefix *target)
{
	struct prefix_set *added;
	int err;

	if (!allow->blocks)
		return;
	err = prefix_set_new(&added);
	if (!err) {
		err = prefix_set_add(added, target, "allowed");
		prefix_set_seal(added);
		if (!err)
			err = blocks_exempt_blocks(allow->blocks, added, added, allow_unblocked,
						   allow);
		prefix_set_free(added);
	}
	if (!err)
		return;
	log_error("cannot read the active blocks: %s; try: sobig-xdp unblock ADDR", strerror(-err));
	allow_fail(allow);
}

static void allow_add(struct allow *allow, const struct addr_prefix *target)
{
	int err = list_edit_add(allow->path, target);

	if (err && err != -EEXIST) {
		log_error("cannot write %s: %s; --state names another folder", allow->path,
			  strerror(-err));
		allow_fail(allow);
		return;
	}
	allow_say(allow, target, !err, err ? "already allowed" : "allowed");
	allow_unblock(allow, target);
}

static void allow_del(struct allow *allow, const struct addr_prefix *target)
{
	int err = list_edit_remove(allow->path, target);

	if (err && err != -ENOENT) {
		log_error("cannot write %s: %s; --state names another folder", allow->path,
			  strerror(-err));
		allow_fail(allow);
		return;
	}
	allow_say(
		allow, target, !err,
		err ? "not in this list; for all allowed hosts and the reasons: sobig-xdp allow list --all"
		    : "no longer allowed");
}

static int allow_parse(const char *text, struct addr_prefix *out)
{
	int err = list_file_parse(text, out);

	if (err == -EINVAL)
		log_error(
			"\"%s\": expected an address or a network, such as 192.0.2.1 or 198.51.100.0/24; put host names into the configuration ([allow] host)",
			text);
	else if (err)
		log_error("\"%s\": %s", text, list_file_error(err));
	return err;
}

static int allow_print(struct allow *allow)
{
	json_t *document, *entry;
	size_t i;

	if (allow->common.lines && !allow->unblocked) {
		json_array_foreach(allow->entries, i, entry)
			output_line("allow-entry", json_incref(entry));
	} else if (allow->common.json) {
		document = output_document(allow->unblocked ? "allow-change" : "allow");
		json_object_set(document, "entries", allow->entries);
		if (allow->unblocked)
			json_object_set(document, "unblocked", allow->unblocked);
		if (cli_print_json(&allow->common, document))
			allow_fail(allow);
		return allow->status;
	}
	if (cli_end_output())
		allow_fail(allow);
	return allow->status;
}

static int allow_change(struct allow *allow, char **texts, int count,
			void (*change)(struct allow *allow, const struct addr_prefix *target))
{
	struct addr_prefix *target;
	int err = 0, status = cli_need_privilege();

	if (status)
		return status;
	target = calloc(count, sizeof(*target));
	if (!target)
		return cli_status(-ENOMEM);
	/* All or nothing: one invalid target rejects the whole command. */
	for (int i = 0; i < count; i++)
		if (allow_parse(texts[i], &target[i]))
			err = -EINVAL;
	if (!err) {
		err = blocks_open(allow->common.pins, &allow->blocks);
		if (err && err != -ENOENT)
			log_error("cannot open the maps in %s: %s; active blocks are not removed",
				  allow->common.pins, strerror(-err));
		allow->status = err && err != -ENOENT ? CLI_FAILED : CLI_DONE;
		allow->unblocked = json_array();
		for (int i = 0; i < count; i++)
			change(allow, &target[i]);
		blocks_close(allow->blocks);
		allow_print(allow);
		json_decref(allow->unblocked);
	} else {
		allow_fail(allow);
	}
	free(target);
	return allow->status;
}

static int allow_show_own(void *context, const struct addr_prefix *target, const char *comment)
{
	allow_show(context, target, comment, ALLOW_WIDTH);
	return 0;
}

static int allow_show_all(struct allow *allow)
{
	char address[ADDR_TEXT_SIZE];
	struct prefix_set *all;
	const char *why;
	int width = ALLOW_WIDTH;

	if (load_once(allow->common.state, allow->common.config, &all))
		return CLI_FAILED;
	for (size_t i = 0; i < prefix_set_count(all); i++) {
		int length = strlen(addr_prefix_format(prefix_set_at(all, i, NULL), address));

		width = length > width ? length : width;
	}
	for (size_t i = 0; i < prefix_set_count(all); i++) {
		const struct addr_prefix *target = prefix_set_at(all, i, &why);

		allow_show(allow, target, why, width);
	}
	prefix_set_free(all);
	return CLI_DONE;
}

static int allow_list(struct allow *allow)
{
	int err;

	if (allow->all) {
		allow->status = allow_show_all(allow);
		return allow->status ? allow->status : allow_print(allow);
	}
	err = list_edit_each(allow->path, allow_show_own, allow);
	if (!err)
		return allow_print(allow);
	log_error("cannot read %s: %s", allow->path, strerror(-err));
	return cli_status(err == -EACCES ? -EPERM : err);
}

static int allow_find_list(struct allow *allow)
{
	struct config_error why;
	struct config config;
	int err;

	home_take(&allow->common);
	err = config_load(allow->common.config, &config, &why);
	if (err) {
		log_error("%s", why.text);
		return err;
	}
	err = load_path(allow->common.state, &config, allow->path);
	config_free(&config);
	return err;
}

static int allow_run(void *values)
{
	struct allow *allow = values;
	const struct cli_common *common = &allow->common;
	const char *verb = allow_verbs[allow->verb];
	int status;

	if (allow->verb == ALLOW_LIST && common->count > 1)
		return cli_usage(common, "\"%s\": allow list accepts no addresses",
				 common->arguments[1]);
	if (allow->verb != ALLOW_LIST && allow->all)
		return cli_usage(common, "--all works with allow list only, not with allow %s",
				 verb);
	if (allow->verb != ALLOW_LIST && common->count == 1)
		return cli_usage(common,
				 "no address given: expected addresses or networks after allow %s",
				 verb);
	if (allow_find_list(allow))
		return CLI_FAILED;
	allow->entries = json_array();
	if (allow->verb == ALLOW_LIST)
		status = allow_list(allow);
	else
		status = allow_change(allow, common->arguments + 1, common->count - 1,
				      allow->verb == ALLOW_ADD ? allow_add : allow_del);
	json_decref(allow->entries);
	return status;
}

const struct cli_command allow_command = {
	"allow",
	"edit or show the allow list: hosts that no rule blocks",
	.options = {
		{ "all", OPTIONS_FLAG, NULL, offsetof(struct allow, all),
		  "list all allowed hosts, with the reason for each" },
		CLI_CONFIG,
		{ NULL, OPTIONS_CHOICE, NULL, offsetof(struct allow, verb), .words = allow_verbs,
		  .min = 1 },
		{ NULL, OPTIONS_NETWORK, "[ADDRESS[/LENGTH]...]", .repeats = true },
	},
	.values = &(struct allow){},
	.run = allow_run,
};
