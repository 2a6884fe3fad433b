# Supervises one directory, and at most one server in it, while the owner lives.
#   sh -c "$(cat supervisor.sh)" supervisor DIRECTORY LOG [COMMAND...]
# Standard input: one command per line; each is repeated on standard output when it is done.
# When standard input ends (the owner closed it, or died in any way), the server is killed, paused
# or not, with all its children, and the directory is removed.
# First line of standard output: the server's process id, empty without a server. Later "ended STATUS".
# POSIX sh; no external command but rm, sleep, and ps where there is no /proc.

directory=$1 log=$2
shift 2
trap '' HUP INT QUIT TERM # the end of the owner shows as the end of standard input
exec 3<&0 </dev/null      # a background command would lose standard input

server=
if [ $# -gt 0 ]; then
  "$@" >>"$log" 2>&1 3<&- &
  server=$!
fi
trap '' PIPE # the owner may have ended before this line is written
echo "$server"

# Prints lines "PID PARENT": of the process $1, or of all processes.
processes() {
  if [ ! -r /proc/self/stat ]; then
    if [ $# -gt 0 ]; then ps -o pid= -o ppid= -p "$1"; else ps -A -o pid= -o ppid=; fi
    return
  fi
  for stat in /proc/${1:-[0-9]*}/stat; do
    read -r line <"$stat" || continue
    pid=${stat#/proc/}
    set -- ${line##*) } # state, parent, ...
    echo "${pid%/stat} $2"
  done
}

# A child of this shell: after the end of the server another process may get its process id.
alive() {
  [ -n "$server" ] && processes "$server" | {
    read -r _ parent
    [ "$parent" = $$ ]
  }
}

# Sends a signal to the server and its children. The server is stopped first, so that it starts no more.
signal_all() {
  alive || return
  kill -s STOP "$server"
  processes | while read -r pid parent; do
    if [ "$parent" = "$server" ]; then kill -s "$1" "$pid"; fi
  done
  kill -s "$1" "$server"
}

{
  while read -r command; do
    case $command in
      detach) exit 0 ;;
      INT) alive && kill -s INT "$server" ;; # to the server alone, which ends its children itself
      *) signal_all "$command" ;;
    esac
    echo "$command"
  done
  signal_all KILL
  exit 3
} <&3 3<&- 2>/dev/null &
listener=$!

exec 3<&-
if [ -n "$server" ]; then
  wait "$server"
  echo "ended $?"
fi
wait "$listener"
[ $? -eq 3 ] || exit 0
rm -rf "$directory" && exit 0
sleep 1 # a killed child may have written a file in its last system call
rm -rf "$directory"
