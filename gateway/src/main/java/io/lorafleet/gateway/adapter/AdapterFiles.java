// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.adapter;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Loads adapters from the gateway's disk, if an adapter directory is configured. */
public final class AdapterFiles {
    private final Optional<AdapterDirectory> directory;
    private final AdapterUploads uploads;

    public AdapterFiles(Optional<AdapterDirectory> directory, AdapterUploads uploads) {
        this.directory = directory;
        this.uploads = uploads;
    }

    /** The outcome of a load. */
    public sealed interface Load {
        /** The file was found and uploaded, with this outcome. */
        record Uploaded(Upload upload) implements Load {}

        record NoFile() implements Load {}

        record Refused(String expected, String found) implements Load {}

        /** No adapter directory is configured. */
        record NotAllowed() implements Load {}
    }

    /**
     * @param owner the caller; null in open mode
     * @param path of a file or folder: see {@link AdapterDirectory#open}
     */
    public Load load(AdapterUploads.Description adapter, @Nullable String owner, String path) throws IOException {
        if (directory.isEmpty()) {
            return new Load.NotAllowed();
        }
        AdapterDirectory.Found found = directory.get().open(path);
        if (found instanceof AdapterDirectory.Found.Refused refused) {
            return new Load.Refused(refused.expected(), refused.found());
        }
        if (found instanceof AdapterDirectory.Found.File file) {
            try (SeekableByteChannel content = file.content()) {
                return new Load.Uploaded(
                        uploads.upload(adapter, owner, content.size(), Channels.newInputStream(content)));
            }
        }
        return new Load.NoFile();
    }
}
