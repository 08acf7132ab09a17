// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone;

import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.generation.AppliedAdapter;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.InitImage;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request for a small image. */
public final class SampleRequest {
    private SampleRequest() {}

    public static GenerateImage of(
            String id,
            String prompt,
            @Nullable InitImage initImage,
            List<AppliedAdapter> adapters,
            Instant acceptedAt) {
        return GenerateImage.builder(id, acceptedAt)
                .prompt(prompt)
                .initImage(initImage)
                .adapters(adapters)
                .guidanceScale(5)
                .steps(20)
                .sampler(SamplerName.DDIM)
                .size(64, 64)
                .seed(7)
                .build();
    }
}
