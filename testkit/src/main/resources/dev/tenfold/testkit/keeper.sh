# Keeps one directory, and at most one server in it, for as long as the owner lives.
#   sh -c "$(cat keeper.sh)" keeper DIRECTORY LOG [COMMAND...]
# Standard input is the owner's rope: words to obey, each answered by itself on standard output.
# When the rope ends (the owner let go of it, or died in whatever way), the server is killed, paused
# or not, with all its children, and the directory is removed.
# First line out: the server's process id, empty without a server. Later "ended STATUS".
# POSIX sh; no external command but rm, sleep, and ps where there is no /proc.

directory=$1 log=$2
shift 2
trap '' HUP INT QUIT TERM # what ends the owner reaches us through the rope
exec 3<&0 </dev/null      # a background command would lose it

server=
if [ $# -gt 0 ]; then
  "$@" >>"$log" 2>&1 3<&- &
  server=$!
fi
trap '' PIPE # the owner may be gone when we speak
echo "$server"

# Lines "PID PARENT" of the processes in question: one, or all.
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

# Once the server has ended, its process id may belong to somebody else.
alive() {
  [ -n "$server" ] && processes "$server" | {
    read -r _ parent
    [ "$parent" = $$ ]
  }
}

# The server is stopped first, so that it has no other children than the ones listed.
all() {
  alive || return
  kill -s STOP "$server"
  processes | while read -r pid parent; do
    if [ "$parent" = "$server" ]; then kill -s "$1" "$pid"; fi
  done
  kill -s "$1" "$server"
}

{
  while read -r word; do
    case $word in
      release) exit 0 ;;
      INT) alive && kill -s INT "$server" ;; # the server's own way to end
      *) all "$word" ;;
    esac
    echo "$word"
  done
  all KILL
  exit 3
} <&3 3<&- 2>/dev/null &
rope=$!

exec 3<&-
if [ -n "$server" ]; then
  wait "$server"
  echo "ended $?"
fi
wait "$rope"
[ $? -eq 3 ] || exit 0
rm -rf "$directory" && exit 0
sleep 1 # a killed child may still have been in a system call
rm -rf "$directory"
