{{/* Names and labels. */}}
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
{{- with index $values.kafka.credentials .component }}
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
{{- include "lorafleet.settings" (index $values .component).settings }}
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

{{/* The model: its volume, the copy on the node, and the init container that verifies it. */}}
{{- define "lorafleet.modelVolumes" -}}
- name: model
  {{- toYaml .Values.model.volume | nindent 2 }}
{{- with .Values.model.cache }}
- name: model-cache
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "lorafleet.modelFolder" -}}
{{- if .Values.model.cache }}/model-cache{{ else }}{{ include "lorafleet.modelSource" . }}{{ end }}
{{- end }}

{{- define "lorafleet.modelSource" -}}
/model{{ with .Values.model.path }}/{{ . }}{{ end }}
{{- end }}

{{- define "lorafleet.modelMounts" -}}
{{- if .Values.model.cache }}
- {name: model-cache, mountPath: /model-cache, readOnly: true}
{{- else }}
- {name: model, mountPath: /model, readOnly: true}
{{- end }}
{{- end }}

{{- define "lorafleet.modelInit" -}}
- name: verify-model
  image: {{ include "lorafleet.image" .Values.images.cli }}
  args:
    - model-check
    - --directory={{ include "lorafleet.modelSource" . }}
    {{- if .Values.model.cache }}
    - --copy-to=/model-cache
    {{- end }}
  {{- include "lorafleet.containerSecurity" . | nindent 2 }}
  resources:
    requests: {cpu: 100m, memory: 256Mi}
    limits: {memory: 256Mi}
  volumeMounts:
    - {name: tmp, mountPath: /tmp}
    - {name: model, mountPath: /model, readOnly: true}
    {{- if .Values.model.cache }}
    - {name: model-cache, mountPath: /model-cache}
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
{{- if not $v.model.volume }}
{{- fail "model.volume: expected a volume with the base model, found none" }}
{{- end }}
{{- $needed := add $v.worker.drainTimeoutSeconds 10 }}
{{- if lt (int $v.worker.terminationGracePeriodSeconds) (int $needed) }}
{{- fail (printf "worker.terminationGracePeriodSeconds: expected at least %d (worker.drainTimeoutSeconds plus 10), found %d; workers would be killed before they have drained" (int $needed) (int $v.worker.terminationGracePeriodSeconds)) }}
{{- end }}
{{- with $v.worker.autoscaling }}
{{- if .enabled }}
{{- if not .prometheus }}
{{- fail "worker.autoscaling.prometheus: expected the address of Prometheus, found none" }}
{{- end }}
{{- if lt (int .maxReplicas) (int .minReplicas) }}
{{- fail (printf "worker.autoscaling.maxReplicas: expected at least minReplicas, which is %d, found %d" (int .minReplicas) (int .maxReplicas)) }}
{{- end }}
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
{{- range $service := list "gateway" "worker" "trainer" }}
{{- range $key, $_ := (index $v $service).settings }}
{{- if or (regexMatch "^lorafleet\\.(storage|security\\.api-keys|topic-prefix|model$|worker\\.(id|drain-timeout))" $key) (regexMatch "^quarkus\\.(http\\.(host|port)|oidc)" $key) }}
{{- fail (printf "%s.settings: expected keys that the chart does not set, found %s; use the chart's value for it instead" $service $key) }}
{{- end }}
{{- end }}
{{- end }}
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
