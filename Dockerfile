# One image for every part of Care Desk; docker-compose.yml says which part a container is.
FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    CAREDESK_DATA=/data

RUN useradd --system --user-group --home-dir /nonexistent --shell /usr/sbin/nologin caredesk \
    && install --directory --owner=caredesk --group=caredesk --mode=0700 /data

WORKDIR /srv/caredesk
COPY requirements/base.txt requirements/
RUN pip install --require-hashes -r requirements/base.txt
COPY . .
RUN python -m compileall -q . && python -m caredesk.catalogs

USER caredesk
EXPOSE 8000
CMD ["python", "-m", "daphne", "--verbosity", "0", "--no-server-name", "--ping-interval", "3", "--ping-timeout", "6", "--bind", "0.0.0.0", "--port", "8000", "caredesk.asgi:application"]
