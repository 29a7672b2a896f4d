# All images for amd64 and arm64: docker buildx bake --push. One, for this machine: docker buildx bake dsmr-bridge --set '*.platform=' --load
variable "REGISTRY" {
  default = "meterbridge"
}

variable "TAG" {
  default = "latest"
}

group "default" {
  targets = ["app"]
}

target "app" {
  matrix = {
    app = ["dsmr-bridge", "hoymiles-bridge", "kamstrup-bridge", "kpm33b-config-sender", "kpm33b-proxy", "mbus-gateway"]
  }
  name       = app
  dockerfile = "apps/Dockerfile"
  args       = { APP = app }
  platforms  = ["linux/amd64", "linux/arm64"]
  tags       = ["${REGISTRY}/${app}:${TAG}"]
  labels = {
    "org.opencontainers.image.title"    = app
    "org.opencontainers.image.version"  = TAG
    "org.opencontainers.image.licenses" = "MIT"
  }
}
