// SPDX-License-Identifier: GPL-2.0-only
/* sobig-xdp import: blocks the networks of a published list, such as Spamhaus DROP. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/bulk.h"
#include "common/log.h"

/* Lists are fetched daily: blocks must survive a day without a fetch. */
#define IMPORT_DEFAULT_SECONDS (2 * 24 * 3600)

/*
 * Lists of Spamhaus in JSON have one object per line:
 * {"cidr":"1.10.16.0/20","sblid":"SBL256894",…}, and one that describes the list,
 * {"type":"metadata",…}. True if the line is of that form.
 */
static bool import_object(struct bulk *bulk, const char *line)
{
	json_t *object, *network, *type;
	json_error_t why;

	if (line[strspn(line, " \t")] != '{')
		return false;
	object = json_loads(line, JSON_DISABLE_EOF_CHECK, &why);
	network = json_object_get(object, "cidr");
	type = json_object_get(object, "type");
	if (json_is_string(network)) {
		bulk_add(bulk, json_string_value(network));
	} else if (!json_is_string(type)) {
		log_error("\"%.80s\": %s", line,
			  object ? "expected a JSON object with the key \"cidr\"" : why.text);
		bulk->refused++;
	}
	json_decref(object);
	return true;
}

/* "1.10.16.0/20 ; SBL256894", one network per line; comments begin with '#' or ';'. */
static void import_line(struct bulk *bulk, char *line)
{
	char *word = line + strspn(line, " \t");

	if (import_object(bulk, word))
		return;
	word[strcspn(word, "#; \t\r\n")] = '\0';
	if (*word)
		bulk_add(bulk, word);
}

static FILE *import_open(const char *path)
{
	FILE *list = strcmp(path, "-") ? fopen(path, "re") : stdin;

	if (!list)
		log_error("cannot read \"%s\": %s", path, strerror(errno));
	return list;
}

static int import_read(struct bulk *bulk, FILE *list, const char *path)
{
	char *line = NULL;
	size_t room = 0;
	int err = 0;

	while (!bulk->err && getline(&line, &room, list) > 0)
		import_line(bulk, line);
	if (ferror(list)) {
		log_error("cannot read \"%s\": %s", path, strerror(errno));
		err = -EIO;
	}
	free(line);
	return err;
}

static int import_run(void *values)
{
	static char reason[SOBIG_REASON_SIZE];
	struct bulk *bulk = values;
	const char *path = bulk->common.arguments[0];
	int status, err;
	FILE *list;

	if (!bulk->request.reason) {
		snprintf(reason, sizeof(reason), "list %.40s",
			 strcmp(path, "-") ? basename(path) : "read");
		bulk->request.reason = reason;
	}
	status = cli_need_privilege();
	if (status)
		return status;
	list = import_open(path);
	if (!list)
		return CLI_FAILED;
	status = bulk_open(bulk);
	if (status) {
		fclose(list);
		return status;
	}
	err = import_read(bulk, list, path);
	fclose(list);
	status = bulk_close(bulk);
	return err ? CLI_FAILED : status;
}

const struct cli_command import_command = {
	"import",
	"block the networks of a list such as Spamhaus DROP, text or JSON",
	.options = {
		BULK_OPTIONS("2d", "reason shown by list (the name of the file)"),
		{ NULL, OPTIONS_FILE, "FILE|-", .min = 1,
		  .expected = "one file, or - for standard input" },
	},
	.values = &(struct bulk){ .request = { .seconds = IMPORT_DEFAULT_SECONDS }, .split = true },
	.run = import_run,
};
