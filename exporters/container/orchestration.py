"""``compose.yaml`` and ``kubernetes.yaml``: the container as it should run, without what it can do without.

Only names that :class:`Facts` made safe are written into them.
"""

from __future__ import annotations

from exporters.container.facts import CPUS, GRACE_S, PIDS, PORT, SCRATCH_MB, USER, Facts

_COMPOSE = """\
# docker compose up --build --detach        (or: podman compose up --build --detach)
#
# The server is reached from this computer alone. To open it to others set TOKEN first, then change 127.0.0.1 below.
name: "{name}"
services:
  model:
    build: .
    image: "{image}"
    ports:
      - "127.0.0.1:{port}:{port}"
    environment:
      AUTODIDACT_TOKEN: "${{TOKEN:-}}"
    user: "{user}:{user}"
    read_only: true
    tmpfs:
      - /tmp:rw,noexec,nosuid,nodev,size={scratch}m
    cap_drop:
      - ALL
    security_opt:
      - no-new-privileges:true
    pids_limit: {pids}
    mem_limit: {memory}m
    memswap_limit: {memory}m
    restart: unless-stopped
    stop_grace_period: {grace}s
    logging:
      options:
        max-size: 10m
"""

_KUBERNETES = """\
# kubectl apply -f kubernetes.yaml
#
# Push the image to a registry of yours first and name it below. To ask for a token:
#   kubectl create secret generic {name}-token --from-literal=token=…
apiVersion: apps/v1
kind: Deployment
metadata:
  name: "{name}"
  labels:
    app.kubernetes.io/name: "{name}"
    app.kubernetes.io/version: "{tag}"
spec:
  replicas: 1
  selector:
    matchLabels:
      app.kubernetes.io/name: "{name}"
  template:
    metadata:
      labels:
        app.kubernetes.io/name: "{name}"
        app.kubernetes.io/version: "{tag}"
    spec:
      automountServiceAccountToken: false
      enableServiceLinks: false
      terminationGracePeriodSeconds: {grace}
      securityContext:
        runAsNonRoot: true
        runAsUser: {user}
        runAsGroup: {user}
        seccompProfile:
          type: RuntimeDefault
      containers:
        - name: model
          image: "{image}"
          imagePullPolicy: IfNotPresent
          ports:
            - name: http
              containerPort: {port}
          env:
            - name: AUTODIDACT_TOKEN
              valueFrom:
                secretKeyRef:
                  name: {name}-token
                  key: token
                  optional: true
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities:
              drop:
                - ALL
          resources:
            requests:
              cpu: 250m
              memory: {request}Mi
            limits:
              cpu: "{cpus}"
              memory: {memory}Mi
              ephemeral-storage: {scratch}Mi
          startupProbe:
            httpGet:
              path: /healthz
              port: http
            periodSeconds: 1
            timeoutSeconds: 3
            failureThreshold: 60
          readinessProbe:
            httpGet:
              path: /readyz
              port: http
            periodSeconds: 5
            timeoutSeconds: 3
            failureThreshold: 2
          livenessProbe:
            httpGet:
              path: /healthz
              port: http
            periodSeconds: 15
            timeoutSeconds: 3
            failureThreshold: 3
          volumeMounts:
            - name: scratch
              mountPath: /tmp
      volumes:
        - name: scratch
          emptyDir:
            medium: Memory
            sizeLimit: {scratch}Mi
---
apiVersion: v1
kind: Service
metadata:
  name: "{name}"
spec:
  selector:
    app.kubernetes.io/name: "{name}"
  ports:
    - name: http
      port: 80
      targetPort: http
---
# Requests come in on the server's port; nothing goes out.
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: "{name}"
spec:
  podSelector:
    matchLabels:
      app.kubernetes.io/name: "{name}"
  policyTypes:
    - Ingress
    - Egress
  ingress:
    - ports:
        - protocol: TCP
          port: http
  egress: []
"""


def compose(facts: Facts) -> str:
    """Return ``compose.yaml``."""
    return _filled(_COMPOSE, facts)


def kubernetes(facts: Facts) -> str:
    """Return ``kubernetes.yaml``: a deployment, its service, and a policy that lets nothing out."""
    return _filled(_KUBERNETES, facts)


def _filled(template: str, facts: Facts) -> str:
    return template.format(
        name=facts.name,
        image=facts.image,
        tag=facts.tag,
        memory=facts.most_mb,
        request=facts.usual_mb,
        scratch=SCRATCH_MB,
        pids=PIDS,
        port=PORT,
        user=USER,
        grace=GRACE_S,
        cpus=CPUS,
    )
