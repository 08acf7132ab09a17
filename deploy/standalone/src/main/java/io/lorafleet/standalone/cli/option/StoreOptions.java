// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli.option;

import io.lorafleet.standalone.FleetException;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.config.BlobStores;
import io.lorafleet.storage.config.StorageConfig;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of a command that works on a blob store: a directory or a bucket. */
public final class StoreOptions implements StorageConfig, StorageConfig.Bucket {
    @Option(
            names = "--directory",
            paramLabel = "DIR",
            description = "Folder of the blob store: the value of lorafleet.storage.directory.")
    private @Nullable Path directory;

    @Option(
            names = "--bucket",
            paramLabel = "NAME",
            description = "Bucket of the blob store, instead of a folder. The command reads the credentials from the"
                    + " environment, as all AWS tools do.")
    private @Nullable String bucket;

    @Option(names = "--bucket-prefix", paramLabel = "PREFIX", description = "Prefix of all object keys. Default: none.")
    private @Nullable String prefix;

    @Option(
            names = "--endpoint",
            paramLabel = "URL",
            description = "URL of the object store. Default: that of Amazon S3.")
    private @Nullable URI endpoint;

    @Option(
            names = "--region",
            paramLabel = "REGION",
            description = "Region of the bucket. Default: us-east-1 with --endpoint, otherwise the region in the"
                    + " environment.")
    private @Nullable String region;

    @Option(
            names = "--path-style",
            description = "Puts the bucket name in the URL path, not in the host name, as most object stores other than"
                    + " Amazon S3 require.")
    private boolean pathStyle;

    public BlobStore open() {
        if ((directory == null) == (bucket == null)) {
            throw new FleetException(
                    "expected either --directory or --bucket, found " + (bucket == null ? "neither" : "both"));
        }
        if (directory != null && !Files.isDirectory(directory.resolve(".unfinished"))) { // would be created
            throw new FleetException("--directory: expected a blob store, with the folder "
                    + directory.resolve(".unfinished") + ", found none; is it mounted?");
        }
        try {
            return BlobStores.open(this);
        } catch (IllegalStateException e) {
            throw new FleetException(e.getMessage());
        }
    }

    @Override
    public Optional<Path> directory() {
        return Optional.ofNullable(directory);
    }

    @Override
    public Bucket s3() {
        return this;
    }

    @Override
    public Optional<String> bucket() {
        return Optional.ofNullable(bucket);
    }

    @Override
    public Optional<String> prefix() {
        return Optional.ofNullable(prefix);
    }

    @Override
    public Optional<URI> endpoint() {
        return Optional.ofNullable(endpoint);
    }

    @Override
    public Optional<String> region() {
        return Optional.ofNullable(region);
    }

    @Override
    public boolean pathStyle() {
        return pathStyle;
    }
}
