// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.adapter;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Loads adapters from the gateway's own disk, where its configuration allows that. */
public final class AdapterFiles {
    private final Optional<AdapterDirectory> directory;
    private final AdapterUploads uploads;

    public AdapterFiles(Optional<AdapterDirectory> directory, AdapterUploads uploads) {
        this.directory = directory;
        this.uploads = uploads;
    }

    /** What became of it. */
    public sealed interface Load {
        /** There is a file, and this is what came of it. */
        record Uploaded(Upload upload) implements Load {}

        record NoFile() implements Load {}

        record Refused(String expected, String found) implements Load {}

        /** The gateway reads no adapters from its disk. */
        record NotAllowed() implements Load {}
    }

    /**
     * @param owner who wants it; null where nobody has to say who he is
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
