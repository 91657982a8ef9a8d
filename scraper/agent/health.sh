#!/bin/sh
# Healthy: the service that process 1 (`tini -- gatherer agent ...`) was started for answers. Whatever else runs has
# nothing to answer.
set -eu

service=''
port=''
previous=''
for word in $(tr '\0' '\n' < /proc/1/cmdline | sed '1,/gatherer$\|entrypoint\.sh$/d' | grep -E '^[a-z0-9=-]+$'); do
  case $previous:$word in
    :[a-z]*) service=$word ;;
    --port:*) port=$word ;;
    *:--port=*) port=${word#--port=} ;;
  esac
  previous=$word
done
case $service in
  agent | controller) exec gatherer health "$service" ${port:+--port "$port"} ;;
esac
