// SPDX-License-Identifier: GPL-2.0-only
/* Reads files of the allow list: one address, network or name on each line. */
#include "allow/list_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/array.h"
#include "common/hostname.h"
#include "common/log.h"
#include "common/suggest.h"

#define LIST_FILE_LOGGED_MAX 8 /* invalid lines logged for one file */

/* One file being read. */
struct list_file_reading {
	struct list_file *file;
	struct prefix_set *set;
	char **names;
	size_t names_count;
	unsigned long line;
	unsigned long invalid;
};

static char *list_file_trim(char *text)
{
	char *end;

	text += strspn(text, " \t\r\n");
	for (end = text + strlen(text); end > text && strchr(" \t\r\n", end[-1]); end--)
		end[-1] = '\0';
	return text;
}

void list_file_split(char *line, char **word, char **comment)
{
	size_t length = strcspn(line, "#;");

	*comment = line + length;
	if (**comment) {
		**comment = '\0';
		(*comment)++;
	}
	*word = list_file_trim(line);
	*comment = list_file_trim(*comment);
}

int list_file_parse(const char *word, struct addr_prefix *out)
{
	struct addr_prefix prefix;
	int err = addr_parse_prefix(word, &prefix);

	if (err)
		return err;
	if (!prefix.length)
		return -ERANGE;
	*out = prefix;
	return 0;
}

const char *list_file_error(int err)
{
	switch (err) {
	case -EDOM:
		return "bits are set after the prefix; write the network's first address";
	case -ERANGE:
		return "this covers every address, so no host could be blocked";
	default:
		return "expected an address, a network or a host name";
	}
}

static int list_file_add_name(struct list_file_reading *reading, const char *word)
{
	char **grown = array_grow(reading->names, reading->names_count, sizeof(*grown));
	char *copy = strdup(word);

	if (grown)
		reading->names = grown;
	if (!grown || !copy) {
		free(copy);
		return -ENOMEM;
	}
	grown[reading->names_count++] = copy;
	return 0;
}

static int list_file_take(struct list_file_reading *reading, char *line)
{
	const struct list_file *file = reading->file;
	char why[PREFIX_SET_WHY_SIZE], *word, *comment;
	struct addr_prefix target;
	int err;

	list_file_split(line, &word, &comment);
	if (!*word)
		return 0;
	err = list_file_parse(word, &target);
	if (!err) {
		snprintf(why, sizeof(why), "%s%s%s", file->why, *comment ? ": " : "", comment);
		return prefix_set_add(reading->set, &target, why);
	}
	if (hostname_is_valid(word))
		return list_file_add_name(reading, word);
	if (++reading->invalid <= LIST_FILE_LOGGED_MAX)
		log_warning("%s:%lu: \"%.64s\": %s; line skipped", file->path, reading->line, word,
			    list_file_error(err));
	return 0;
}

static int list_file_read(struct list_file_reading *reading, FILE *stream)
{
	const char *path = reading->file->path;
	char *line = NULL;
	size_t room = 0;
	int err = 0;

	while (!err && getline(&line, &room, stream) > 0) {
		reading->line++;
		err = list_file_take(reading, line);
	}
	if (!err && ferror(stream))
		err = -EIO;
	free(line);
	prefix_set_seal(reading->set);
	if (reading->invalid > LIST_FILE_LOGGED_MAX)
		log_warning("%s: skipped %lu invalid line%s in total", path, reading->invalid,
			    suggest_plural(reading->invalid));
	return err;
}

static void list_file_free_names(char **names, size_t count)
{
	while (count)
		free(names[--count]);
	free(names);
}

/* Replaces the contents and frees the old ones. */
static void list_file_put(struct list_file *file, struct list_file_reading *reading)
{
	prefix_set_free(file->set);
	list_file_free_names(file->names, file->names_count);
	file->set = reading->set;
	file->names = reading->names;
	file->names_count = reading->names_count;
}

/* Logs each new error once, and once that the file can be read again. */
static void list_file_report(struct list_file *file, int err)
{
	if (err == file->error)
		return;
	file->error = err;
	if (err)
		log_warning("cannot read the allow list %s: %s; %s", file->path, strerror(-err),
			    file->set ? "its previous entries stay in effect"
				      : "trying again when it changes");
	else
		log_notice("the allow list %s can be read again", file->path);
}

/* Only a regular file is accepted: a FIFO or device could block the reader. */
static int list_file_open(const struct list_file *file, FILE **out)
{
	FILE *stream;

	if (!S_ISREG(file->seen.st_mode))
		return -EINVAL;
	stream = fopen(file->path, "re");
	if (!stream)
		return -errno;
	*out = stream;
	return 0;
}

static int list_file_load(struct list_file *file)
{
	struct list_file_reading reading = { .file = file };
	FILE *stream = NULL;
	int err = list_file_open(file, &stream);

	if (err)
		return err;
	err = prefix_set_new(&reading.set);
	if (!err)
		err = list_file_read(&reading, stream);
	fclose(stream);
	if (!err) {
		list_file_put(file, &reading);
		return 0;
	}
	prefix_set_free(reading.set);
	list_file_free_names(reading.names, reading.names_count);
	return err;
}

bool list_file_refresh(struct list_file *file)
{
	struct list_file_reading empty = { 0 };
	struct stat now = { 0 };
	int err = stat(file->path, &now) ? -errno : 0;

	if (err == -ENOENT && file->may_lack) {
		if (!file->set)
			return false;
		list_file_put(file, &empty);
		memset(&file->seen, 0, sizeof(file->seen));
		return true;
	}
	if (!err && !file->error && now.st_ino == file->seen.st_ino &&
	    now.st_dev == file->seen.st_dev && now.st_size == file->seen.st_size &&
	    now.st_mtim.tv_sec == file->seen.st_mtim.tv_sec &&
	    now.st_mtim.tv_nsec == file->seen.st_mtim.tv_nsec)
		return false;
	file->seen = now;
	if (!err)
		err = list_file_load(file);
	list_file_report(file, err);
	return !err;
}

void list_file_clear(struct list_file *file)
{
	struct list_file_reading empty = { 0 };

	list_file_put(file, &empty);
}
