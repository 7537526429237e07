/* The commands. Each gets the arguments behind its name and returns what to exit with.
 *
 * Part of the command. */
#ifndef COMMANDS_H
#define COMMANDS_H

int command_journal(int argc, char **argv);
int command_listen(int argc, char **argv);
int command_connect(int argc, char **argv);
int command_store(int argc, char **argv);
int command_dump(int argc, char **argv);
int command_check(int argc, char **argv);
int command_repair(int argc, char **argv);
int command_replay(int argc, char **argv);
int command_compat(int argc, char **argv);
int command_ports(int argc, char **argv);
int command_record(int argc, char **argv);

#endif
