"""Content-addressed storage, as a worker uses it: blobs in and out, folders out of it and into it.

Source: remote_execution.proto (ContentAddressableStorage, Directory, Tree) and bytestream.proto.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import grpc
from buildgrid._protos.build.bazel.remote.execution.v2 import remote_execution_pb2 as remote
from buildgrid._protos.build.bazel.remote.execution.v2 import remote_execution_pb2_grpc as remote_grpc
from buildgrid._protos.google.bytestream import bytestream_pb2, bytestream_pb2_grpc

_BATCH = 2_000_000  # bytes; a message of gRPC may have 4 MiB
_CHUNK = 1_000_000
_RPC_S = 60.0


class Missing(Exception):
    """A blob that an action needs is not stored."""


def digest_of(blob: bytes) -> Any:
    return remote.Digest(hash=hashlib.sha256(blob).hexdigest(), size_bytes=len(blob))


class Blobs:
    """The storage behind one channel. Digests are `remote.Digest` messages."""

    def __init__(self, channel: Any) -> None:
        self._storage = remote_grpc.ContentAddressableStorageStub(channel)
        self._stream = bytestream_pb2_grpc.ByteStreamStub(channel)

    def read(self, digests: Iterable[Any]) -> dict[str, bytes]:
        """The blobs by their hash; raises Missing."""
        blobs = {hashlib.sha256(b"").hexdigest(): b""}
        wanted = {digest.hash: digest for digest in digests if digest.size_bytes}
        for batch in _batches([(digest, digest.size_bytes) for digest in wanted.values()]):
            if batch[0].size_bytes > _BATCH:
                blobs[batch[0].hash] = self._read_large(batch[0])
                continue
            request = remote.BatchReadBlobsRequest(digests=batch)
            for response in self._storage.BatchReadBlobs(request, timeout=_RPC_S).responses:
                if response.status.code:
                    raise Missing(f"{response.digest.hash}: {response.status.message}")
                blobs[response.digest.hash] = response.data
        return blobs

    def read_one(self, digest: Any) -> bytes:
        return self.read([digest])[digest.hash]

    def write(self, blobs: Sequence[bytes]) -> list[Any]:
        """Stores what is not there yet; the digests, in order."""
        digests = [digest_of(blob) for blob in blobs]
        asked = remote.FindMissingBlobsRequest(blob_digests=digests)
        missing = {digest.hash for digest in self._storage.FindMissingBlobs(asked, timeout=_RPC_S).missing_blob_digests}
        unique = {digest.hash: blob for digest, blob in zip(digests, blobs, strict=True) if digest.hash in missing}
        for batch in _batches([(blob, len(blob)) for blob in unique.values()]):
            if len(batch[0]) > _BATCH:
                self._write_large(batch[0])
                continue
            requests = [{"digest": digest_of(blob), "data": blob} for blob in batch]
            request = remote.BatchUpdateBlobsRequest(requests=requests)
            for response in self._storage.BatchUpdateBlobs(request, timeout=_RPC_S).responses:
                if response.status.code:
                    raise OSError(f"{response.digest.hash} was not stored: {response.status.message}")
        return digests

    def _read_large(self, digest: Any) -> bytes:
        name = f"blobs/{digest.hash}/{digest.size_bytes}"
        try:
            parts = self._stream.Read(bytestream_pb2.ReadRequest(resource_name=name), timeout=_RPC_S)
            return b"".join(part.data for part in parts)
        except grpc.RpcError as error:
            if error.code() == grpc.StatusCode.NOT_FOUND:
                raise Missing(digest.hash) from error
            raise

    def _write_large(self, blob: bytes) -> None:
        digest = digest_of(blob)
        name = f"uploads/{uuid.uuid4()}/blobs/{digest.hash}/{digest.size_bytes}"

        def parts() -> Iterator[Any]:
            for start in range(0, len(blob), _CHUNK):
                data = blob[start : start + _CHUNK]
                last = start + len(data) == len(blob)
                yield bytestream_pb2.WriteRequest(resource_name=name, write_offset=start, finish_write=last, data=data)

        self._stream.Write(parts(), timeout=_RPC_S)


def unpack(blobs: Blobs, root: Any, folder: Path) -> None:
    """Makes the folder that the digest of a Directory stands for."""
    places, files = [(folder, root)], []
    while places:
        found = blobs.read(digest for _, digest in places)
        below = []
        for place, digest in places:
            place.mkdir(exist_ok=True)
            directory = remote.Directory.FromString(found[digest.hash])
            files += [(place / file.name, file) for file in directory.files]
            below += [(place / each.name, each.digest) for each in directory.directories]
            for link in directory.symlinks:
                (place / link.name).symlink_to(link.target)
        places = below
    contents = blobs.read(file.digest for _, file in files)
    for path, file in files:
        path.write_bytes(contents[file.digest.hash])
        path.chmod(0o755 if file.is_executable else 0o644)


def pack(folder: Path) -> tuple[Any, list[bytes]]:
    """The folder as a Tree, and the contents of its files."""
    children: list[Any] = []
    contents: list[bytes] = []
    root = _directory(folder, children, contents)
    return remote.Tree(root=root, children=children), contents


def _directory(folder: Path, children: list[Any], contents: list[bytes]) -> Any:
    """The Directory of a folder; those below it are added to `children`, files' contents to `contents`."""
    directory = remote.Directory()
    for path in sorted(folder.iterdir()):
        if path.is_symlink():
            directory.symlinks.add(name=path.name, target=str(path.readlink()))
        elif path.is_dir():
            child = _directory(path, children, contents)
            children.append(child)
            directory.directories.add(name=path.name, digest=digest_of(child.SerializeToString(deterministic=True)))
        elif path.is_file():
            blob = path.read_bytes()
            contents.append(blob)
            executable = os.access(path, os.X_OK)
            directory.files.add(name=path.name, digest=digest_of(blob), is_executable=executable)
    return directory


def _batches(sized: Iterable[tuple[Any, int]]) -> Iterator[list[Any]]:
    """Groups of at most `_BATCH` bytes; what is larger than that is alone in its group."""
    batch: list[Any] = []
    total = 0
    for item, size in sized:
        if batch and total + size > _BATCH:
            yield batch
            batch, total = [], 0
        batch.append(item)
        total += size
    if batch:
        yield batch
