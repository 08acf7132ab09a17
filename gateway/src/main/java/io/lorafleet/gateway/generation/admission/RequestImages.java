// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.admission;

import io.lorafleet.gateway.storage.ClientBlobs;
import io.lorafleet.images.CheckedImage;
import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.generation.AppliedControlNet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The image files of a request, as the client sent them.
 *
 * @param init the init image and its mask; null to start from noise
 * @param controls the ControlNets with their condition images
 */
public record RequestImages(@Nullable InitImageFile init, List<ControlFile> controls) {
    public RequestImages {
        controls = List.copyOf(controls);
    }

    boolean isEmpty() {
        return init == null && controls.isEmpty();
    }

    /** @return the image from which the size is taken by default; null for the size of the base */
    @Nullable
    CheckedImage forSize() {
        if (init != null) {
            return init.image();
        }
        return controls.isEmpty() ? null : controls.get(0).image();
    }

    /** @return the references in the generate command */
    List<AppliedControlNet> appliedControls() {
        return controls.stream().map(ControlFile::reference).toList();
    }

    /** Stores the files under the hashes of their content, so that identical files are stored only once. */
    public void storeIn(ClientBlobs blobs, @Nullable String owner) {
        try {
            if (init != null) {
                init.storeIn(blobs, owner);
            }
            for (ControlFile control : controls) {
                blobs.put(
                        BlobKeys.initImage(control.reference().image()),
                        control.image().file(),
                        owner);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot store the images of a request", e);
        }
    }
}
