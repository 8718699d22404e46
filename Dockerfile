# syntax=docker/dockerfile:1
# docker build -t axisdemo . && docker run --rm -p 8080:8080 axisdemo
# A GPU: docker build --build-arg BACKEND=cuda -t axisdemo . && docker run --rm --gpus all -p 8080:8080 axisdemo
# tests/publish runs these steps as plain commands where no container engine is.

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
ARG BACKEND=cpu
WORKDIR /src
COPY . .
RUN case "$BACKEND" in cpu) torch= ;; cuda) torch=-p:Torch=cuda ;; *) echo "BACKEND is cpu or cuda, not '$BACKEND'" >&2; exit 1 ;; esac; \
    dotnet publish AxisDemo.csproj -c Release -v q -nologo -o /app $torch
RUN mkdir -p /app/models /app.data && cp models/SmolLM2-135M-Instruct.Q4_1.gguf models/SmolLM2-135M-Instruct.axis.safetensors models/NOTICE models/LICENSE-* models/README.md /app/models

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app .
# Shared conversations: mount a volume here to keep them.
COPY --from=build --chown=$APP_UID:$APP_UID /app.data data
ENV URLS=http://+:8080 DOTNET_EnableDiagnostics=0
USER $APP_UID
EXPOSE 8080
VOLUME /app/data
HEALTHCHECK --interval=30s --timeout=10s --start-period=120s --retries=3 CMD ["dotnet", "AxisDemo.dll", "--probe", "http://127.0.0.1:8080/health/ready"]
ENTRYPOINT ["dotnet", "AxisDemo.dll"]
