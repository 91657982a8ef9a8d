#!/bin/sh
# Lays out the image: the command on the path, the folders of the volumes, and the paths of the original's scripts.
set -eu

program=/opt/data-gathering/dist/scraper
scripts=/home/agent/scraper

chmod +x "$program/gatherer.js" "$scripts"/agent/*.sh
ln -sf "$program/gatherer.js" /usr/local/bin/gatherer
ln -sf scraper/agent/env.sh /home/agent/env.sh

install -d -o agent -g agent -m 0755 /home/agent/export /home/agent/config
install -d -o agent -g agent -m 0700 /home/agent/.ssh
chown agent:agent /home/agent

# `scraper/git_to_json.py TEST` of the original's overview runs `gatherer git-to-json TEST`.
node --input-type=module -e "
  import { commands } from '$program/commands.js';
  for (const { group, usage } of commands) if (group === 'Steps of a scrape') console.log(usage.split(' ')[0]);
" | while read -r step; do
  name=$(printf '%s' "$step" | tr - _)
  for shim in "$name" "$name.py" "$step" "$step.sh"; do
    printf '#!/bin/sh\nexec gatherer %s "$@"\n' "$step" > "$scripts/$shim"
    chmod +x "$scripts/$shim"
  done
done
