import { placeOf, rule } from '../rule';
import { groupName } from './shared/instances';

export const profileMisplaced = rule({
  id: 'profile-misplaced',
  phase: 'instances',
  source: 'model_config_utils.cc ValidateInstanceGroup',
  summary: 'Optimization profiles are chosen for a model that has none.',
  why: 'Only TensorRT engines have optimization profiles. They are named by number.',
  bad: 'backend: "identity"\ninstance_group { profile: "0" }',
  good: 'backend: "identity"\ninstance_group { count: 1 }',
  *check({ model, config }) {
    const platform = config.text('platform');
    for (const [index, group] of config.all('instance_group').entries()) {
      const at = placeOf(group, 'profile');
      const said = `${groupName(model, group, index)} and platform ${platform}`;
      const [first] = group.texts('profile');
      if (first === undefined) continue;
      if (platform !== 'tensorrt_plan') {
        yield { message: `${said}specifies profile field which is only supported for TensorRT models`, at };
        continue;
      }
      for (const profile of group.texts('profile')) {
        if (profile === '') yield { message: 'profile name must not be empty', at };
        else if (!/^\s*[+-]?\d/.test(profile)) yield { message: `unable to parse '${profile}': stoi`, at };
        else if (Number.parseInt(profile, 10) < 0)
          yield {
            message: `${said} specifies invalid profile ${profile}. The field should contain the string representation of a non-negative integer.`,
            at,
          };
      }
    }
  },
});
