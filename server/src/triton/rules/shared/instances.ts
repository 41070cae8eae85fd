import type { Model } from '../../repository/model';
import type { Message } from '../../textFormat/message';

/** 'instance group m_0 of model m', as sentences about a group begin. */
export const groupName = (model: Model, group: Message, index: number): string =>
  `instance group ${group.text('name') || `${model.name}_${index}`} of model ${model.name}`;
