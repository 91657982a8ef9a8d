#!/bin/sh
# Lays out the image: the command on the path, the folders of the volumes, the paths of the original's scripts.
set -eu

home=/home/agent
package=/opt/data-gathering
scripts=$home/scraper

if key=$(grep -rl 'PRIVATE KEY' "$home/certs"); then
  echo "certs/ is for certificates, which everybody may see, but there is a private key in $key" >&2
  exit 1
fi

chmod +x "$scripts"/agent/*.sh
cat > /usr/local/bin/gatherer <<'SH'
#!/bin/sh
exec /home/agent/scraper/agent/as-agent.sh node /opt/data-gathering/dist/scraper/gatherer.js "$@"
SH
chmod +x /usr/local/bin/gatherer
ln -s scraper/agent/env.sh "$home/env.sh"

# A plug-in imports these two without installing them, and so gets those that run.
mkdir -p /node_modules "$home/plugins"
ln -s "$package" /node_modules/data-gathering
ln -s "$package/node_modules/zod" /node_modules/zod

# So that `npm install` of a plug-in takes this folder for its own.
echo '{ "private": true, "description": "Plug-ins of this image" }' > "$home/package.json"

# Writable for any user, like /tmp, as a new volume takes over owner and mode and nobody knows whom `docker run --user`
# names. A start as root narrows them down to `agent`.
for folder in export config .ssh project-git-repos data; do
  install -d -o agent -g agent -m 1777 "$home/$folder"
done
chown agent:agent "$home" "$home/plugins" "$home/certs"

# `scraper/git_to_json.py TEST` of the original's overview runs `gatherer git-to-json TEST`.
node --input-type=module -e "
  import { commands } from '$package/dist/scraper/commands.js';
  for (const { group, usage } of commands) if (group === 'Steps of a scrape') console.log(usage.split(' ')[0]);
" | while read -r step; do
  name=$(printf '%s' "$step" | tr - _)
  for shim in "$name" "$name.py" "$step" "$step.sh"; do
    printf '#!/bin/sh\nexec gatherer %s "$@"\n' "$step" > "$scripts/$shim"
    chmod +x "$scripts/$shim"
  done
done
