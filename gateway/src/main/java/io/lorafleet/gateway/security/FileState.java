// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.security;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The inode, size, owner, mode and times of a file, to detect changes without reading the file. */
record FileState(Map<String, Object> attributes, Instant seenAt) {
    /** Longer than the timestamp granularity of any file system: two changes within this time can look like one. */
    private static final Duration TICK = Duration.ofSeconds(3);

    static FileState of(Path file) throws IOException {
        Instant now = Instant.now();
        return new FileState(Files.readAttributes(file, "unix:dev,ino,size,uid,mode,lastModifiedTime,ctime"), now);
    }

    /** @return whether the file is certainly unchanged */
    boolean isSurely(@Nullable FileState before) {
        return before != null && attributes.equals(before.attributes) && before.isSettled();
    }

    private boolean isSettled() {
        FileTime changed = (FileTime) Objects.requireNonNull(attributes.get("ctime"), "no ctime attribute");
        return changed.toInstant().plus(TICK).isBefore(seenAt);
    }
}
