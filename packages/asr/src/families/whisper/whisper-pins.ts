import type { PinnedFile, PinnedRepository } from '../../models/stored-model.js';

/** Published Whisper models by size, in the onnx-community layout. */
export const whisperPins = {
  tiny: {
    revision: 'ff4177021cc41f7db950912b73ea4fdf7d01d8e7',
    files: {
      'config.json': file(2_243, '46aeea0a406afbeb563fc8e59ca10609203df4299af6a83f73752fef369efd2d'),
      'generation_config.json': file(
        3_772,
        'f5c67e5a4f7102f8cb4d058bc95da276bbc19eeec997267c3bb0f25ef68facd1',
      ),
      'preprocessor_config.json': file(
        339,
        'a6a76d28c93edb273669eb9e0b0636a2bddbb1272c3261e47b7ca6dfdbac1b8d',
      ),
      'tokenizer.json': file(2_480_466, '27fc476bfe7f17299480be2273fc0608e4d5a99aba2ab5dec5374b4482d1a566'),
      'onnx/encoder_model_quantized.onnx': file(
        10_124_990,
        '2af4a414ca47aa30f61246017e5fe82b0a8d229281d1255ba666a2a7f6b84d19',
      ),
      'onnx/decoder_model_merged_quantized.onnx': file(
        30_719_241,
        '25e807a962b6349356d0ea5d0dfe530b7e5bf0e2a484aeca0359d03143faddd3',
      ),
    },
  },
  'tiny.en': {
    revision: '3a6d57ee9c665610614068e8592d8baee0188181',
    files: {
      'config.json': file(2_197, '251ea843b5901a99efa58c0b99b8052c6019aa3e7d2baf46693a1128ff606233'),
      'generation_config.json': file(
        1_646,
        '7b2e8451ed5f118e75fdd991409d72119d21d2fef1eba9723f68fb9c57fe5dc9',
      ),
      'preprocessor_config.json': file(
        339,
        'a6a76d28c93edb273669eb9e0b0636a2bddbb1272c3261e47b7ca6dfdbac1b8d',
      ),
      'tokenizer.json': file(2_405_679, '5eb60cec1e77aeeb6869a2bb5a8e01a84c3fe5d072d75369343021fe6f5310d0'),
      'onnx/encoder_model_quantized.onnx': file(
        10_124_993,
        'e93ec822f16a8fd264e7de972ad17d615ea7334b75a52d54c50c2e18dd503a25',
      ),
      'onnx/decoder_model_merged_quantized.onnx': file(
        30_718_858,
        'c0592d0749413c960569e1c7fb806b060d5d18f3ebad4a95cbf9a77dc6e9be52',
      ),
      'onnx/encoder_model.onnx': file(
        undefined,
        '8c361b9430a5ef6619ee64b7fe06c725df19f36d508cc8b847064b34a888a3fe',
      ),
    },
  },
  base: {
    revision: '1846881b6b3a3024392c1eea3ad983695bc23925',
    files: {
      'config.json': file(2_243, 'f4d0608f7d918166da7edb3e188de5ef1bfe70d9802e785d271fd88111e9cf4b'),
      'generation_config.json': file(
        3_832,
        '61070cf8de25b1e9256e8e102ded49d8d24a8369ed36ef84fdf21549e68125a0',
      ),
      'preprocessor_config.json': file(
        339,
        'a6a76d28c93edb273669eb9e0b0636a2bddbb1272c3261e47b7ca6dfdbac1b8d',
      ),
      'tokenizer.json': file(2_480_466, '27fc476bfe7f17299480be2273fc0608e4d5a99aba2ab5dec5374b4482d1a566'),
      'onnx/encoder_model_quantized.onnx': file(
        23_201_314,
        '5862993336bf33acd23736071aae2b32261d3b1b2f37780194460d4ef974dd46',
      ),
      'onnx/decoder_model_merged_quantized.onnx': file(
        53_693_315,
        'fa3ef9902734ce5ae6f9ef2bdb2ba9a6c4b5785b09f4f420ce036573dc9d090b',
      ),
      'onnx/encoder_model.onnx': file(82_468_078),
    },
  },
  'base.en': {
    revision: '51eefc0af78b103839eda9e7e4f4186acc6517fe',
    files: {
      'config.json': file(2_197),
      'generation_config.json': file(1_556),
      'preprocessor_config.json': file(339),
      'tokenizer.json': file(2_405_679, '5eb60cec1e77aeeb6869a2bb5a8e01a84c3fe5d072d75369343021fe6f5310d0'),
      'onnx/encoder_model_quantized.onnx': file(
        23_201_320,
        '6e8001198c490bbae018c0044f630c2915efb826bad957006ce36152d0ab2a10',
      ),
      'onnx/decoder_model_merged_quantized.onnx': file(
        53_692_803,
        'dd4761a3f7add26afda3512abff4706920404c2517e85a9f2ff090b0c0987909',
      ),
      'onnx/encoder_model.onnx': file(
        undefined,
        '1cc86302d480b061452d348638064383ab41b6f3333ddd0e423532d14edaf535',
      ),
    },
  },
  small: {
    revision: '36050c46d777d46dc4b5f43f6d90574fc38f8732',
    files: {
      'config.json': file(2_227, '457854d452f17661e197d74aee12b8e74fb75ba30ebfaa7426d0d61ea1e08a18'),
      'generation_config.json': file(
        3_893,
        'f538b28220c6a6d6f1af1458d4141cacb4ef4963df3de98a19490440c412ddf0',
      ),
      'preprocessor_config.json': file(
        339,
        'a6a76d28c93edb273669eb9e0b0636a2bddbb1272c3261e47b7ca6dfdbac1b8d',
      ),
      'tokenizer.json': file(2_480_466, '27fc476bfe7f17299480be2273fc0608e4d5a99aba2ab5dec5374b4482d1a566'),
      'onnx/encoder_model_quantized.onnx': file(
        92_326_160,
        'a43a83f3c5361cd591cfa7c36f14b43cf7cb22f47a415cc14a8d557be800fa92',
      ),
      'onnx/decoder_model_merged_quantized.onnx': file(
        156_750_845,
        'ec07c3cbb64172c39791e26ee870a65ac22b458c36722bfe2776b3dbf741e0c9',
      ),
      'onnx/encoder_model.onnx': file(352_825_870),
    },
  },
  'small.en': { revision: '482fb8ba081b6e906f92efe103622316b2a0cc69', files: {} },
  medium: {
    revision: 'd3978248a6b5de6df7ec29ddfbde3993845fa806',
    files: {
      'config.json': file(1_389, '6f05735b8279a8eaadf51b276909151687cb94dc6d1eb2a32e6e9bfd36ea1c49'),
      'generation_config.json': file(
        3_780,
        '060a0ba092ee90ee7124d00c00376ded564e6e4edf3f2c4a19a1a35076a1b91c',
      ),
      'preprocessor_config.json': file(
        339,
        'a6a76d28c93edb273669eb9e0b0636a2bddbb1272c3261e47b7ca6dfdbac1b8d',
      ),
      'tokenizer.json': file(3_930_494, '7b469ff15eb7816315aa45eec391f5943d639b9d73d110f5c003df5192fd54e3'),
      'onnx/encoder_model_quantized.onnx': file(
        313_154_567,
        '2507d090bf9f1d468f4c1cef274aa34eda025894118f5476e24a0d80308a5315',
      ),
      'onnx/decoder_model_merged_quantized.onnx': file(
        672_556_229,
        'a524f9f1759143e1a8ec3ca3559594ced7282e2061e23ef2fd602bf1813bbde1',
      ),
    },
  },
  'medium.en': { files: {} },
  'large-v2': { files: {} },
  'large-v3': {
    revision: '3b6257ad5e67aa523c7c07f4fea04d445eecc4a6',
    files: {
      'config.json': file(1_288),
      'generation_config.json': file(3_896),
      'preprocessor_config.json': file(340),
      'tokenizer.json': file(3_930_645),
      'onnx/encoder_model.onnx': file(412_412),
      'onnx/encoder_model.onnx_data': file(2_547_875_840),
    },
  },
  'large-v3-turbo': {
    revision: '360ebcde2559d60bb474678be3c1de9ef347d01a',
    files: {
      'config.json': file(1_332, '35cd83669f75bc2867f3b3a4461850392d5e308cd6ea951c3700539883c28df1'),
      'generation_config.json': file(
        3_897,
        '16f95291d2f47c944d3c2b19390bba7965666555c1ea2a0bdc850d1fab45612f',
      ),
      'preprocessor_config.json': file(
        340,
        '7ccc62c6f2765af1f3b46c00c9b5894426835a05021c8b9c01eecb6dfb542711',
      ),
      'tokenizer.json': file(2_480_617, '6d8cbd7cd0d8d5815e478dac67b85a26bbe77c1f5e0c6d76d1ce2abc0e5f21ca'),
      'onnx/encoder_model_quantized.onnx': file(
        644_822_195,
        'd2f853dc3254fdc0079f55dd4433ea716ac98ec5574d3b475f288f2a77cebba9',
      ),
      'onnx/decoder_model_merged_quantized.onnx': file(
        439_936_716,
        '61481bd3be3a445d5a4b9070e8f8b2c6cc4fbbbbdc9f0e7ed048a132b8b84e0d',
      ),
      'onnx/encoder_model_fp16.onnx': file(
        undefined,
        'fdadc70836e6b028fd5e580417c312208dad073d2d01e509e2d127c1373399d8',
      ),
      'onnx/decoder_model_merged_fp16.onnx': file(
        undefined,
        'fdf10afca73a0c7bf87286cfb96cf7028a9edbc9bb02512509a526f95b126c9d',
      ),
      'onnx/encoder_model.onnx': file(
        439_254,
        '67241dccb6b4023e3e56b87e89a44077577f84c4f6fe3f629e3447dd27eabb59',
      ),
      'onnx/encoder_model.onnx_data': file(
        2_547_875_840,
        'c87f74d17ea85478cd563a614215868eff35a8a7ec4ff692d1edd49413f56f86',
      ),
    },
  },
} satisfies Readonly<Record<string, PinnedRepository>>;

function file(bytes: number | undefined, sha256?: string): PinnedFile {
  return { ...(bytes !== undefined && { bytes }), ...(sha256 !== undefined && { sha256 }) };
}
