// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.sdapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lorafleet.gateway.Adapters;
import io.lorafleet.gateway.generation.Samples;
import io.lorafleet.gateway.generation.admission.GenerationRequest;
import io.lorafleet.gateway.generation.admission.RequestedAdapter;
import io.lorafleet.gateway.http.problem.ProblemException;
import io.lorafleet.gateway.model.ModelDirectory;
import io.lorafleet.registry.AdapterEvent;
import io.lorafleet.registry.AdapterRegistry;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SdTaskTest {
    private final ModelDirectory models = new ModelDirectory(Clock.systemUTC());
    private final AdapterRegistry adapters = new AdapterRegistry();

    @Test
    void translatesTheFields() throws JsonProcessingException {
        GenerationRequest request = task("""
            {"prompt": "a (red:1.3) star <lora:ink:0.8><lora:fast>", "negative_prompt": "blue", "seed": -1,
             "sampler_name": "Euler a", "scheduler": "Automatic", "steps": 12, "cfg_scale": 6, "width": 128,
             "height": 64, "batch_size": 2, "n_iter": 3, "eta": 1.0, "subseed_strength": 0, "styles": [],
             "override_settings": {"sd_model_checkpoint": "tiny-sd.safetensors [abababab]",
             "CLIP_stop_at_last_layers": 2}, "restore_faces": false, "s_noise": 1, "alwayson_scripts": {}}\
            """, false).request();
        assertThat(request.prompt()).isEqualTo("a (red:1.3) star");
        assertThat(request.promptWeights()).isTrue();
        assertThat(request.adapters()).hasSize(2);
        assertThat(request.adapters().get(0).adapter()).isEqualTo("ink");
        assertThat(request.adapters().get(0).scale()).isEqualTo(0.8);
        assertThat(request.adapters().get(1).scale()).isEqualTo(1);
        assertThat(request)
                .returns("blue", GenerationRequest::negativePrompt)
                .returns(null, GenerationRequest::seed)
                .returns("euler_ancestral", GenerationRequest::sampler)
                .returns(6, GenerationRequest::count)
                .returns(6.0, GenerationRequest::guidanceScale)
                .returns("tiny-sd", GenerationRequest::model)
                .returns(1, GenerationRequest::clipSkip);
    }

    /** As in the web UI, an embedding needs no tag. */
    @Test
    void usesTheEmbeddingsWhoseWordsAreInThePrompts() throws JsonProcessingException {
        for (String word : List.of("EasyNegative", "<cat-toy>", "unused")) {
            adapters.apply(AdapterEvent.of(Adapters.embedding(word.replaceAll("[<>]", ""), word)));
        }
        GenerationRequest request = task("""
            {"prompt": "a (<cat-toy>:1.2) <lora:ink:0.8>", "negative_prompt": "easynegative"}\
            """, false).request();
        assertThat(request.adapters())
                .extracting(RequestedAdapter::adapter)
                .containsExactlyInAnyOrder("ink", "EasyNegative", "cat-toy");
        assertThat(task("{\"prompt\": \"a <cat-toy> <lora:cat-toy@1:1>\"}", false)
                        .request()
                        .adapters())
                .extracting(RequestedAdapter::adapter)
                .containsExactly("cat-toy@1");
    }

    @Test
    void repaintsUnderAMask() throws JsonProcessingException {
        SdTask task = task("""
            {"prompt": "a", "init_images": ["AAAA"], "mask": "BBBB", "denoising_strength": 0.5,
             "inpaint_full_res": false, "mask_blur": 0, "inpainting_fill": 1}\
            """, true);
        assertThat(task.notes()).isEmpty();
        assertThat(task.request())
                .returns("AAAA", GenerationRequest::initImage)
                .returns("BBBB", GenerationRequest::mask)
                .returns(true, GenerationRequest::keepUnmasked)
                .returns(0.5, GenerationRequest::strength);
    }

    /** The web UI's defaults for these fields change the image, so they are never dropped in silence. */
    @Test
    void notesWhatItDoesInsteadOfTheDefaults() throws JsonProcessingException {
        assertThat(task("{\"init_images\": [\"AAAA\"], \"mask\": \"BBBB\"}", true)
                        .notes())
                .containsExactly(
                        "mask_blur 4 was ignored: the edge of the mask is sharp",
                        "inpainting_fill 0 was ignored: the generation starts from the image, or from noise at"
                                + " strength 1",
                        "inpaint_full_res was ignored: the whole image is generated at its own size, not only the"
                                + " part around the mask");
        assertThat(task("{\"prompt\": \"a cat BREAK a dog\"}", false).notes())
                .containsExactly("BREAK, AND, [from:to:when] and [one|other] have no special meaning in prompts");
        assertThat(task("{\"sampler_name\": \"DDIM\", \"eta\": 1.0}", false).notes())
                .containsExactly("eta 1.0 was ignored: DDIM runs with eta 0");
    }

    @ParameterizedTest
    @CsvSource({
        "DPM++ 2M, , dpmpp_2m",
        "DPM++ 2M, Automatic, dpmpp_2m_karras",
        "DPM++ 2M Karras, Automatic, dpmpp_2m_karras",
        "DPM++ 2M Karras, Karras, dpmpp_2m_karras",
        "Euler, karras, euler_karras",
        "euler_ancestral, , euler_ancestral",
        "PLMS, Automatic, pndm"
    })
    void knowsTheSamplersByTheirNamesInTheWebUi(String name, String scheduler, String expected)
            throws JsonProcessingException {
        String body = scheduler == null
                ? "{\"sampler_name\": \"%s\"}".formatted(name)
                : "{\"sampler_name\": \"%s\", \"scheduler\": \"%s\"}".formatted(name, scheduler);
        assertThat(task(body, false).request().sampler()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"enable_hr\": true | enable_hr: expected none, because lorafleet does not support this field",
                "\"restore_faces\": true | restore_faces: expected none",
                "\"tiling\": true | tiling: expected none",
                "\"styles\": [\"a\"] | styles: expected none",
                "\"alwayson_scripts\": {\"controlnet\": {\"args\": []}} | alwayson_scripts: expected none",
                "\"script_name\": \"xyz\" | script_name: expected none",
                "\"subseed_strength\": 0.5 | subseed_strength: expected none or 0, found 0.5",
                "\"seed_resize_from_w\": 512 | seed_resize_from_w: expected none or -1, found 512",
                "\"sampler_name\": \"DPM fast\" | sampler_name: expected one of DDIM, Euler",
                "\"sampler_name\": \"DDIM\", \"scheduler\": \"Karras\" | sampler_name: expected one of DDIM, Euler",
                "\"scheduler\": \"Exponential\" | scheduler: expected Automatic or Karras",
                "\"override_settings\": {\"eta_noise_seed_delta\": 31337} | override_settings.eta_noise_seed_delta:"
                        + " expected none",
                "\"prompt\": \"a <hypernet:b:1>\" | prompt: expected only tags of the form <lora:NAME:SCALE>",
                "\"prompt\": \"a <lora:b:0.5:0.8>\" | prompt: expected one scale for both",
                "\"prompt\": \"a <lora:b:x>\" | prompt: expected a number as SCALE",
                "\"steps\": \"20\" | steps: expected an integer",
                "\"a_field_of_a_later_release\": 7 | a_field_of_a_later_release: expected none"
            })
    void refusesWhatItCannotHonour(String fields, String message) {
        assertThatThrownBy(() -> task("{" + fields + "}", false))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"init_images\": [] | init_images: expected one image, found 0",
                "\"init_images\": [\"A\", \"B\"] | init_images: expected one image, found 2",
                "\"init_images\": [\"A\"], \"resize_mode\": 1 | resize_mode: expected none or 0, found 1",
                "\"init_images\": [\"A\"], \"mask\": \"B\", \"inpainting_mask_invert\": 1 | inpainting_mask_invert:"
                        + " expected none or 0, found 1"
            })
    void refusesImagesThatItCannotHonour(String fields, String message) {
        assertThatThrownBy(() -> task("{" + fields + "}", true)).hasMessageContaining(message);
    }

    private SdTask task(String body, boolean withImage) throws JsonProcessingException {
        models.apply(Samples.ready());
        return SdTask.of(new ObjectMapper().readTree(body), withImage, models, adapters);
    }
}
