{{/* Names and labels. A component is a service, or the workers or trainers of a pool. */}}
{{- define "lorafleet.name" -}}
{{ printf "%s-%s" (.root.Release.Name | trunc 40 | trimSuffix "-") .component }}
{{- end }}

{{- define "lorafleet.selector" -}}
app.kubernetes.io/name: lorafleet
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "lorafleet.labels" -}}
{{ include "lorafleet.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{- define "lorafleet.image" -}}
{{ .repository }}@{{ .digest }}
{{- end }}

{{/* The security of every pod and container. */}}
{{- define "lorafleet.podSecurity" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: {type: RuntimeDefault}
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{ toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "lorafleet.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end }}

{{/* Spreads the pods of a component over nodes and zones. */}}
{{- define "lorafleet.spread" -}}
topologySpreadConstraints:
{{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{ include "lorafleet.selector" $ | nindent 8 }}
{{- end }}
{{- end }}

{{/* Probes. A worker that reads a large model may take ten minutes to start. */}}
{{- define "lorafleet.probes" -}}
startupProbe:
  httpGet: {path: /q/health/started, port: http}
  periodSeconds: 5
  timeoutSeconds: 3
  failureThreshold: 120
readinessProbe:
  httpGet: {path: /q/health/ready, port: http}
  periodSeconds: 5
  timeoutSeconds: 3
  failureThreshold: 3
livenessProbe:
  httpGet: {path: /q/health/live, port: http}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
{{- end }}

{{/* Environment variables from configuration keys. */}}
{{- define "lorafleet.settings" -}}
{{- range $key, $value := . }}
- name: {{ regexReplaceAll "[^A-Z0-9]" (upper $key) "_" }}
  value: {{ $value | toString | quote }}
{{- end }}
{{- end }}

{{/* The environment of every service. */}}
{{- define "lorafleet.env" -}}
{{- $values := .root.Values -}}
- name: QUARKUS_HTTP_HOST
  value: 0.0.0.0
- name: KAFKA_BOOTSTRAP_SERVERS
  value: {{ $values.kafka.bootstrapServers | quote }}
{{- range $key, $value := $values.kafka.settings }}
- name: KAFKA_{{ regexReplaceAll "[^A-Z0-9]" (upper $key) "_" }}
  value: {{ $value | toString | quote }}
{{- end }}
{{- if $values.kafka.caCertificate.secret }}
- name: KAFKA_SSL_TRUSTSTORE_TYPE
  value: PEM
- name: KAFKA_SSL_TRUSTSTORE_LOCATION
  value: /kafka-ca/{{ $values.kafka.caCertificate.key }}
{{- end }}
{{- with index $values.kafka.credentials (.service | default .component) }}
{{- if .secret }}
- name: KAFKA_SASL_JAAS_CONFIG
  valueFrom:
    secretKeyRef: {name: {{ .secret }}, key: {{ .key }}}
{{- end }}
{{- end }}
{{- with $values.kafka.topicPrefix }}
- name: LORAFLEET_TOPIC_PREFIX
  value: {{ . | quote }}
{{- end }}
{{- with $values.storage.bucket }}
{{- if .name }}
- name: LORAFLEET_STORAGE_S3_BUCKET
  value: {{ .name | quote }}
{{- range $key, $value := dict "ENDPOINT" .endpoint "REGION" .region "PREFIX" .prefix }}
{{- if $value }}
- name: LORAFLEET_STORAGE_S3_{{ $key }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}
- name: LORAFLEET_STORAGE_S3_PATH_STYLE
  value: {{ .pathStyle | quote }}
{{- if .credentialsSecret }}
- name: AWS_ACCESS_KEY_ID
  valueFrom:
    secretKeyRef: {name: {{ .credentialsSecret }}, key: AWS_ACCESS_KEY_ID}
- name: AWS_SECRET_ACCESS_KEY
  valueFrom:
    secretKeyRef: {name: {{ .credentialsSecret }}, key: AWS_SECRET_ACCESS_KEY}
{{- end }}
{{- else }}
- name: LORAFLEET_STORAGE_DIRECTORY
  value: /blobs
{{- end }}
{{- end }}
{{- include "lorafleet.settings" (.values | default (index $values .component)).settings }}
{{- end }}

{{- define "lorafleet.mounts" -}}
- {name: tmp, mountPath: /tmp}
{{- if .Values.kafka.caCertificate.secret }}
- {name: kafka-ca, mountPath: /kafka-ca, readOnly: true}
{{- end }}
{{- if .Values.storage.volume.claimName }}
- {name: blobs, mountPath: /blobs}
{{- end }}
{{- end }}

{{- define "lorafleet.volumes" -}}
# Java libraries unpack native code into this volume, so it must not be mounted with noexec.
- name: tmp
  emptyDir: {sizeLimit: 2Gi}
{{- with .Values.kafka.caCertificate }}
{{- if .secret }}
- name: kafka-ca
  secret: {secretName: {{ .secret }}}
{{- end }}
{{- end }}
{{- with .Values.storage.volume.claimName }}
- name: blobs
  persistentVolumeClaim: {claimName: {{ . }}}
{{- end }}
{{- end }}

{{/*
The pools: for each name, the values of its workers, the values of its trainers if it has any, and its model. Trainers of a
fleet with several bases belong to pools.
*/}}
{{- define "lorafleet.pools" -}}
{{- $trainer := deepCopy .Values.trainer }}
{{- $default := dict "component" "worker" "worker" .Values.worker "trainer" $trainer "model" .Values.model }}
{{- $pools := dict "default" $default }}
{{- range $name, $own := .Values.pools }}
{{- $pool := dict "component" (printf "worker-%s" $name) "model" ($own.model | default $.Values.model) }}
{{- $_ := set $pool "worker" (mergeOverwrite (deepCopy $.Values.worker) (omit $own "model" "trainer")) }}
{{- if $own.trainer }}
{{- $_ := set $pool "trainer" (mergeOverwrite (deepCopy $.Values.trainer) $own.trainer) }}
{{- $_ := set $default "trainerPool" "default" }}
{{- $_ := set $pool "trainerPool" $name }}
{{- end }}
{{- $_ := set $pools $name $pool }}
{{- end }}
{{- toYaml $pools }}
{{- end }}

{{/* The model: its volume, the copy on the node, and the init container that verifies it. */}}
{{- define "lorafleet.modelVolumes" -}}
- name: model
  {{- toYaml .model.volume | nindent 2 }}
{{- with .model.cache }}
- name: model-cache
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* The name of the folder is the name of the base. */}}
{{- define "lorafleet.modelFolder" -}}
{{- if .model.cache -}}
/models/{{ .model.name | default (base (.model.path | default "model")) }}
{{- else -}}
{{ include "lorafleet.modelSource" . }}
{{- end }}
{{- end }}

{{- define "lorafleet.modelSource" -}}
/model{{ with .model.path }}/{{ . }}{{ end }}
{{- end }}

{{- define "lorafleet.modelMounts" -}}
{{- if .model.cache }}
- {name: model-cache, mountPath: {{ include "lorafleet.modelFolder" . }}, readOnly: true}
{{- else }}
- {name: model, mountPath: /model, readOnly: true}
{{- end }}
{{- end }}

{{- define "lorafleet.modelInit" -}}
- name: verify-model
  image: {{ include "lorafleet.image" .root.Values.images.cli }}
  args:
    - model
    - check
    - --directory={{ include "lorafleet.modelSource" . }}
    {{- if .model.cache }}
    - --copy-to={{ include "lorafleet.modelFolder" . }}
    {{- end }}
  {{- include "lorafleet.containerSecurity" . | nindent 2 }}
  resources:
    requests: {cpu: 100m, memory: 256Mi}
    limits: {memory: 256Mi}
  volumeMounts:
    - {name: tmp, mountPath: /tmp}
    - {name: model, mountPath: /model, readOnly: true}
    {{- if .model.cache }}
    - {name: model-cache, mountPath: {{ include "lorafleet.modelFolder" . }}}
    {{- end }}
{{- end }}

{{/* Rules that concern several values. The schema has the rules for one value. */}}
{{- define "lorafleet.check" -}}
{{- $v := .Values -}}
{{- if and $v.storage.bucket.name $v.storage.volume.claimName }}
{{- fail "storage: expected a bucket or a volume, found both; remove storage.bucket.name or storage.volume.claimName" }}
{{- end }}
{{- if not (or $v.storage.bucket.name $v.storage.volume.claimName) }}
{{- fail "storage: expected storage.bucket.name or storage.volume.claimName, found neither" }}
{{- end }}
{{- if not (or $v.auth.apiKeys.secret $v.auth.oidc.url) }}
{{- fail "auth: expected auth.apiKeys.secret or auth.oidc.url, found neither; a gateway in a cluster must authenticate its callers" }}
{{- end }}
{{- if and $v.auth.oidc.url (not $v.auth.oidc.audience) }}
{{- fail "auth.oidc.audience: expected the audience of this gateway, found none; tokens for other applications would be accepted" }}
{{- end }}
{{- range $name, $_ := $v.pools }}
{{- if not (regexMatch "^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$" $name) }}
{{- fail (printf "pools: expected names of 1 to 40 lower-case letters, digits or '-', found %s" $name) }}
{{- end }}
{{- if eq $name "default" }}
{{- fail "pools: expected names other than default, found default; worker describes the pool default" }}
{{- end }}
{{- end }}
{{- range $name, $pool := include "lorafleet.pools" . | fromYaml }}
{{- $worker := $pool.worker }}
{{- $key := ternary "worker" (printf "pools.%s" $name) (eq $name "default") }}
{{- $model := ternary "model" (printf "pools.%s.model" $name) (eq $name "default") }}
{{- if not $pool.model.volume }}
{{- fail (printf "%s.volume: expected a volume with the base model, found none" $model) }}
{{- end }}
{{- if and $pool.model.name (not $pool.model.cache) }}
{{- fail (printf "%s.name: expected none without %s.cache, found %s; the base has the name of its folder" $model $model $pool.model.name) }}
{{- end }}
{{- $needed := add $worker.drainTimeoutSeconds 10 }}
{{- if lt (int $worker.terminationGracePeriodSeconds) (int $needed) }}
{{- fail (printf "%s.terminationGracePeriodSeconds: expected at least %d (%s.drainTimeoutSeconds plus 10), found %d; workers would be killed before they have drained" $key (int $needed) $key (int $worker.terminationGracePeriodSeconds)) }}
{{- end }}
{{- with $worker.autoscaling }}
{{- if .enabled }}
{{- if not .prometheus }}
{{- fail (printf "%s.autoscaling.prometheus: expected the address of Prometheus, found none" $key) }}
{{- end }}
{{- if lt (int .maxReplicas) (int .minReplicas) }}
{{- fail (printf "%s.autoscaling.maxReplicas: expected at least minReplicas, which is %d, found %d" $key (int .minReplicas) (int .maxReplicas)) }}
{{- end }}
{{- end }}
{{- end }}
{{- include "lorafleet.checkSettings" (dict "key" $key "settings" $worker.settings) }}
{{- with $pool.trainer }}
{{- include "lorafleet.checkSettings" (dict "key" (ternary "trainer" (printf "pools.%s.trainer" $name) (eq $name "default")) "settings" .settings) }}
{{- end }}
{{- end }}
{{- if and $v.monitoring.podMonitors (not $v.monitoring.gatewayToken.secret) }}
{{- fail "monitoring.gatewayToken.secret: expected a secret with an API key or token that has the role operate, found none; Prometheus needs it to read the gateway's metrics" }}
{{- end }}
{{- if and $v.gateway.ingress.enabled (not $v.gateway.ingress.host) }}
{{- fail "gateway.ingress.host: expected a host name, found none" }}
{{- end }}
{{- if and $v.gateway.ingress.enabled (not $v.gateway.ingress.tlsSecret) }}
{{- fail "gateway.ingress.tlsSecret: expected a secret with a certificate, found none; API keys would be sent in the clear" }}
{{- end }}
{{- include "lorafleet.checkSettings" (dict "key" "gateway" "settings" $v.gateway.settings) }}
{{- range $key, $_ := $v.kafka.settings }}
{{- if regexMatch "password|jaas|^bootstrap|^kafka" $key }}
{{- fail (printf "kafka.settings: expected client settings other than credentials and addresses, found %s; use kafka.credentials, kafka.caCertificate or kafka.bootstrapServers" $key) }}
{{- end }}
{{- end }}
{{- $acls := $v.topics.acls }}
{{- if and (or $acls.gateway $acls.worker $acls.trainer) (not (and $acls.gateway $acls.worker $acls.trainer)) }}
{{- fail "topics.acls: expected principals for gateway, worker and trainer, found only some of them; set all three, or none" }}
{{- end }}
{{- end }}

{{- define "lorafleet.checkSettings" -}}
{{- $owner := .key }}
{{- range $key, $_ := .settings }}
{{- if or (regexMatch "^lorafleet\\.(storage|security\\.api-keys|topic-prefix|model$|worker\\.(id|pool|drain-timeout)|trainer\\.pool)" $key) (regexMatch "^quarkus\\.(http\\.(host|port)|oidc)" $key) }}
{{- fail (printf "%s.settings: expected keys that the chart does not set, found %s; use the chart's value for it instead" $owner $key) }}
{{- end }}
{{- end }}
{{- end }}
